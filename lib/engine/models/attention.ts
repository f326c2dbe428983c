/** @file Causal grouped-query attention, computed in chunks of query rows so that what lies above the diagonal costs nothing. */
import type { Value } from "../graph/ops";
import type { BlockScope, ChunkBounds, ModelShape } from "./architecture";

/** Query rows per chunk. 128 keeps a chunk's scores in the processor's cache; measured best of 64, 128, 256, 1,024. */
export const CHUNK_ROWS = 128;

/** Added to the scores of pairs that must not see each other; finite, so that no row can become NaN. */
export const MASKED = -1e9;

/** The query chunks of a sequence. @param window how many tokens a token sees, itself included; null: all before it */
export function chunkBounds(length: number, window: number | null): ChunkBounds[] {
  return Array.from({ length: Math.ceil(length / CHUNK_ROWS) }, (_, i) => ({
    start: i * CHUNK_ROWS,
    end: Math.min(length, (i + 1) * CHUNK_ROWS),
    keyStart: window === null ? 0 : Math.max(0, i * CHUNK_ROWS - window + 1),
  }));
}

/**
 * The mask of one chunk: a token sees itself and earlier tokens of its own segment, as far as its window reaches.
 * @param segments [batch × length]
 * @returns [batch, 1, 1, end - start, end - keyStart]
 */
export function chunkMask(
  segments: Int32Array,
  batch: number,
  length: number,
  { start, end, keyStart }: ChunkBounds,
  window: number | null,
): Float32Array {
  const keys = end - keyStart;
  const mask = new Float32Array(batch * (end - start) * keys).fill(MASKED);
  let row = 0;
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let query = start; query < end; query++, row++) {
      const segment = segments[sequence * length + query];
      const first = window === null ? 0 : Math.max(0, query - window + 1);
      for (let key = query; key >= first && segments[sequence * length + key] === segment; key--)
        mask[row * keys + key - keyStart] = 0;
    }
  }
  return mask;
}

/** x [batch · length, heads · headSize] → [batch, heads, length, headSize] */
export function splitHeads(
  { b, batchSize, blockLength }: BlockScope,
  x: Value,
  heads: number,
  headSize: number,
): Value {
  return b.transpose(b.reshape(x, [batchSize, blockLength, heads, headSize]), [0, 2, 1, 3]);
}

export interface AttentionOptions {
  /** Scores are multiplied by it; 1 / √headSize unless said otherwise. */
  scale?: number;
  /** Scores s become cap · tanh(s / cap) before the mask (Gemma 2). */
  softcap?: number;
}

/**
 * softmax(scale · q kᵀ + mask) v. Query heads that share a key head are stacked as rows of one product, so keys are neither
 * copied nor their gradients summed by hand.
 * @param q [batch, heads, length, d] @param k [batch, keyValueHeads, length, d] @param v as k
 * @returns [batch · length, heads · d]
 */
export function attention(
  scope: BlockScope,
  shape: ModelShape,
  q: Value,
  k: Value,
  v: Value,
  { scale = 1 / Math.sqrt(shape.headSize), softcap }: AttentionOptions = {},
): Value {
  const { b, batchSize, blockLength, masks, past } = scope;
  const { heads, keyValueHeads, headSize } = shape;
  const group = heads / keyValueHeads;

  const rowsOf = (x: Value, start: number, end: number) =>
    end - start === blockLength ? x : b.slice(x, 2, start, end);

  /** One chunk of `rows` queries over all the keys given; mask [batch, 1, 1, rows, keys]. */
  const attend = (queries: Value, keys: Value, values: Value, mask: Value): Value => {
    const rows = queries.shape[2] as number;
    const seen = keys.shape[2] as number;
    const stacked = [batchSize, keyValueHeads, group * rows];
    const alpha = softcap ? scale / softcap : scale;
    const products = b.matMul(b.reshape(queries, [...stacked, headSize]), keys, { transB: true, alpha });
    const scores = softcap ? b.mul(b.op("Tanh", [products], {}), b.scalar(softcap)) : products;
    const masked = b.add(b.reshape(scores, [batchSize, keyValueHeads, group, rows, seen]), mask);
    const weights = b.reshape(b.op("Softmax", [masked], {}), [...stacked, seen]);
    return b.reshape(b.matMul(weights, values), [batchSize, heads, rows, headSize]);
  };

  const chunks = past
    ? [attend(q, b.op("Concat", [past.keys, k], { axis: 2 }), b.op("Concat", [past.values, v], { axis: 2 }), past.mask)]
    : masks.map(({ start, end, keyStart, mask }) =>
        attend(rowsOf(q, start, end), rowsOf(k, keyStart, end), rowsOf(v, keyStart, end), mask),
      );
  const whole = chunks.length === 1 ? (chunks[0] as Value) : b.op("Concat", chunks, { axis: 2 });
  return b.reshape(b.transpose(whole, [0, 2, 1, 3]), [batchSize * blockLength, heads * headSize]);
}
