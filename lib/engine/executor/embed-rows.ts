/** @file The embedding as rows of a matrix, looked up in plain memory: a gather is no work for a graph. */
import type { EmbeddingSpec } from "../models/architecture";
import { type Half, widenAt } from "../safetensors/widen";

/** Row-major, in 32 or 16 bits. */
export type Matrix = Float32Array | Half;

interface Sequence {
  tokens: Int32Array;
  positions: Int32Array;
}

/** x0 = scale · E[token] (+ P[position + offset]): [tokens, hidden], written to `into`. @param outer weights by full name */
export function embedRows(
  { tokens: name, positions: learned, scale }: EmbeddingSpec,
  outer: ReadonlyMap<string, Matrix>,
  { tokens, positions }: Sequence,
  into: Float32Array,
): Float32Array {
  const embedding = outer.get(name) as Matrix;
  const hidden = into.length / tokens.length;
  for (let i = 0; i < tokens.length; i++) {
    const start = (tokens[i] as number) * hidden;
    if (embedding instanceof Float32Array) into.set(embedding.subarray(start, start + hidden), i * hidden);
    else widenAt(embedding, start, start + hidden, into, i * hidden);
  }
  if (scale !== 1) for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) * scale;
  if (learned) addRows(into, outer.get(learned.name) as Float32Array, positions, learned.offset, hidden);
  return into;
}

function addRows(into: Float32Array, table: Float32Array, positions: Int32Array, offset: number, hidden: number): void {
  for (let i = 0; i < positions.length; i++) {
    const row = ((positions[i] as number) + offset) * hidden;
    for (let j = 0; j < hidden; j++)
      into[i * hidden + j] = (into[i * hidden + j] as number) + (table[row + j] as number);
  }
}

/** Adds factor · dx[i] to row rows[i] + offset of a gradient [.., hidden]: what `embedRows` read, it gives back. */
export function addRowGradients(
  gradient: Float32Array,
  rows: Int32Array,
  dx: Float32Array,
  { offset = 0, factor = 1 }: { offset?: number; factor?: number },
): void {
  const hidden = dx.length / rows.length;
  for (let i = 0; i < rows.length; i++) {
    const row = ((rows[i] as number) + offset) * hidden;
    for (let j = 0; j < hidden; j++)
      gradient[row + j] = (gradient[row + j] as number) + factor * (dx[i * hidden + j] as number);
  }
}
