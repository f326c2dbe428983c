/**
 * @file Adafactor (Shazeer and Stern 2018, https://arxiv.org/abs/1804.04235, Algorithms 4 and 5) without momentum: of a
 * matrix's squared gradients only the means of rows and columns are remembered. With gradient G [n, m], at step t:
 *   β̂₂ = 1 − t^−0.8
 *   R ← β̂₂ R + (1 − β̂₂) · mean of each row of (G² + ε₁)        C ← the same of each column
 *   U = G / √(R Cᵀ / mean(R))        Û = U / max(1, RMS(U) / d)
 *   θ ← θ − η (Û + λ θ)
 * Vectors keep every squared gradient: V ← β̂₂ V + (1 − β̂₂)(G² + ε₁), U = G / √V.
 *
 * η is the schedule's learning rate as it is, as in transformers' Adafactor with scale_parameter and relative_step off,
 * which is also the reference of the test: the paper's step relative to RMS(θ) hardly moves a LoRA matrix that begins
 * at 0.
 */
import type { Parameter } from "../types";
import type { Optimizer, StateTensor } from "./optimizer";

/** The paper's ε₁, d and decay of the running means. */
const EPSILON = 1e-30;
const CLIP_THRESHOLD = 1;
const DECAY_EXPONENT = -0.8;

/** Means of rows and columns for a matrix, all squares for anything else. */
type Squares = { rows: Float32Array; columns: Float32Array } | { all: Float32Array };

export class Adafactor implements Optimizer {
  step = 0;
  private readonly memory: { parameter: Parameter; squares: Squares; update: Float32Array }[];

  constructor(
    parameters: readonly Parameter[],
    private readonly settings: { weightDecay: number },
  ) {
    // One work array serves all parameters, or the memory that is saved would be spent again.
    const longest = Math.max(0, ...parameters.map(({ data }) => data.length));
    const work = new Float32Array(longest);
    this.memory = parameters.map((parameter) => {
      const { shape, data } = parameter;
      const [rows, columns] = shape;
      const squares =
        shape.length === 2
          ? { rows: new Float32Array(rows as number), columns: new Float32Array(columns as number) }
          : { all: new Float32Array(data.length) };
      return { parameter, squares, update: work.subarray(0, data.length) };
    });
  }

  get state(): StateTensor[] {
    return this.memory.flatMap(({ parameter: { name, shape }, squares }): StateTensor[] =>
      "all" in squares
        ? [{ name: `exp_avg_sq.${name}`, shape, data: squares.all }]
        : [
            { name: `exp_avg_sq_row.${name}`, shape: [squares.rows.length], data: squares.rows },
            { name: `exp_avg_sq_col.${name}`, shape: [squares.columns.length], data: squares.columns },
          ],
    );
  }

  async update(learningRate: number): Promise<void> {
    this.step += 1;
    const keepSquares = 1 - this.step ** DECAY_EXPONENT;
    for (const { parameter, squares, update } of this.memory) {
      const { data, gradient, learningRateScale = 1 } = parameter;
      const rate = learningRate * learningRateScale;
      if ("all" in squares) divideByRoots(gradient, squares.all, keepSquares, update);
      else divideByFactors(gradient, squares, keepSquares, update);
      const clip = Math.max(1, rootMeanSquare(update) / CLIP_THRESHOLD);
      const keep = 1 - rate * this.settings.weightDecay;
      for (let i = 0; i < data.length; i++)
        data[i] = (data[i] as number) * keep - (rate * (update[i] as number)) / clip;
    }
  }

  async dispose(): Promise<void> {}
}

function divideByRoots(gradient: Float32Array, all: Float32Array, keep: number, update: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i] as number;
    all[i] = (all[i] as number) * keep + (g * g + EPSILON) * (1 - keep);
    update[i] = g / Math.sqrt(all[i] as number);
  }
}

function divideByFactors(
  gradient: Float32Array,
  { rows, columns }: { rows: Float32Array; columns: Float32Array },
  keep: number,
  update: Float32Array,
): void {
  const columnSums = new Float64Array(columns.length);
  let total = 0;
  for (let row = 0; row < rows.length; row++) {
    let sum = 0;
    for (let column = 0; column < columns.length; column++) {
      const g = gradient[row * columns.length + column] as number;
      const square = g * g + EPSILON;
      sum += square;
      columnSums[column] = (columnSums[column] as number) + square;
    }
    rows[row] = (rows[row] as number) * keep + (sum / columns.length) * (1 - keep);
    total += rows[row] as number;
  }
  for (let column = 0; column < columns.length; column++) {
    const mean = (columnSums[column] as number) / rows.length;
    columns[column] = (columns[column] as number) * keep + mean * (1 - keep);
  }
  const meanOfRows = total / rows.length;
  const columnFactors = Float64Array.from(columns, (value) => 1 / Math.sqrt(value));
  for (let row = 0; row < rows.length; row++) {
    const factor = 1 / Math.sqrt((rows[row] as number) / meanOfRows);
    for (let column = 0; column < columns.length; column++) {
      const i = row * columns.length + column;
      update[i] = (gradient[i] as number) * factor * (columnFactors[column] as number);
    }
  }
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (values[i] as number);
  return Math.sqrt(sum / values.length);
}
