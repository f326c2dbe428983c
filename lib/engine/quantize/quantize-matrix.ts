/**
 * @file 8-bit weights: symmetric, one scale per column of the matrix that a product is taken with (absmax, as
 * LLM.int8's vector-wise scheme, Dettmers et al. 2022). Activations and gradients get a scale per row when they come.
 * There is no separate path for outliers: a row's scale follows its largest value, so a channel that is far larger than
 * the others costs them precision in that row.
 */

const LARGEST_CODE = 127;

export interface QuantizedMatrix {
  /** [rows, columns] */
  codes: Int8Array;
  /** [columns]: value ≈ code · scale of its column. */
  scales: Float32Array;
}

/** @param values row-major [rows, columns] */
export function quantizeColumns(values: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const scales = new Float32Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = i * columns; j < columns; j++, at++) {
      const size = Math.abs(values[at] as number);
      if (size > (scales[j] as number)) scales[j] = size;
    }
  }
  for (let j = 0; j < columns; j++) scales[j] = (scales[j] as number) / LARGEST_CODE;
  const factors = Float64Array.from(scales, (scale) => (scale > 0 ? 1 / scale : 0));
  const codes = new Int8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = i * columns; j < columns; j++, at++)
      codes[at] = Math.round((values[at] as number) * (factors[j] as number));
  }
  return { codes, scales };
}

/** The same for the transpose: codes [columns, rows], scales [rows]. @param values row-major [rows, columns] */
export function quantizeTransposed(values: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const scales = new Float32Array(rows);
  const codes = new Int8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    let largest = 0;
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(values[start + j] as number));
    scales[i] = largest / LARGEST_CODE;
    const factor = largest > 0 ? 1 / (scales[i] as number) : 0;
    for (let j = 0; j < columns; j++) codes[j * rows + i] = Math.round((values[start + j] as number) * factor);
  }
  return { codes, scales };
}
