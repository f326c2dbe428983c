/** @file Small dense linear algebra in double precision, by columns. */

/** Columns of a matrix. */
export type Columns = Float64Array[];

export const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

const addScaled = (target: Float64Array, factor: number, source: Float64Array): void => {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (source[i] as number);
};

const SMALLEST = 1e-12;

/** Makes columns orthonormal in place, by Gram-Schmidt done twice; a column that depends on those before it becomes 0. */
export function orthonormalize(columns: Columns): Columns {
  for (const [i, column] of columns.entries()) {
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++)
        addScaled(column, -dot(columns[j] as Float64Array, column), columns[j] as Float64Array);
    const length = Math.sqrt(dot(column, column));
    const factor = length > before * SMALLEST && length > 0 ? 1 / length : 0;
    for (let k = 0; k < column.length; k++) column[k] = (column[k] as number) * factor;
  }
  return columns;
}

/** Σ columns[j] · weights[j] for each vector of weights. */
export const combine = (columns: Columns, weights: Columns): Columns =>
  weights.map((weight) => {
    const sum = new Float64Array(columns[0]?.length ?? 0);
    for (const [j, column] of columns.entries()) addScaled(sum, weight[j] as number, column);
    return sum;
  });

export interface SmallSvd {
  /** Descending. */
  values: number[];
  left: Columns;
  right: Columns;
}

const MAX_SWEEPS = 60;

/**
 * Singular value decomposition of a square matrix given by columns: one-sided Jacobi (Hestenes 1958). Columns are turned
 * in pairs until all are orthogonal; they then are left vectors times values, and the turns are the right vectors.
 */
export function smallSvd(matrix: Columns): SmallSvd {
  const size = matrix.length;
  const columns = matrix.map((column) => column.slice());
  const turns = Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    return unit;
  });
  for (let sweep = 0, isDone = false; !isDone && sweep < MAX_SWEEPS; sweep++) {
    isDone = true;
    for (let i = 0; i + 1 < size; i++) {
      for (let j = i + 1; j < size; j++) {
        const [x, y] = [columns[i] as Float64Array, columns[j] as Float64Array];
        const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(xy) <= 1e-14 * Math.sqrt(xx * yy)) continue;
        isDone = false;
        const slope = (yy - xx) / (2 * xy);
        const tangent = (slope >= 0 ? 1 : -1) / (Math.abs(slope) + Math.hypot(1, slope));
        const cosine = 1 / Math.hypot(1, tangent);
        turn(x, y, cosine, cosine * tangent);
        turn(turns[i] as Float64Array, turns[j] as Float64Array, cosine, cosine * tangent);
      }
    }
  }
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  const order = lengths.map((_, i) => i).toSorted((a, b) => (lengths[b] as number) - (lengths[a] as number));
  return {
    values: order.map((i) => lengths[i] as number),
    left: order.map((i) => {
      const length = lengths[i] as number;
      return (columns[i] as Float64Array).map((value) => (length > 0 ? value / length : 0));
    }),
    right: order.map((i) => turns[i] as Float64Array),
  };
}

function turn(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < x.length; k++) {
    const [a, b] = [x[k] as number, y[k] as number];
    x[k] = cosine * a - sine * b;
    y[k] = sine * a + cosine * b;
  }
}
