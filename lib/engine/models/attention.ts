/** @file Causal grouped-query attention, computed in chunks of query rows so that what lies above the diagonal costs nothing. */
import type { Value } from "../graph/ops";
import type { BlockScope, ModelShape } from "./architecture";

/** Query rows per chunk. 128 keeps a chunk's scores in the processor's cache; measured best of 64, 128, 256, 1,024. */
export const CHUNK_ROWS = 128;

/** Added to the scores of pairs that must not see each other; finite, so that no row can become NaN. */
export const MASKED = -1e9;

/** Boundaries of the query chunks of a sequence. */
export function chunkBounds(length: number): { start: number; end: number }[] {
  return Array.from({ length: Math.ceil(length / CHUNK_ROWS) }, (_, i) => ({
    start: i * CHUNK_ROWS,
    end: Math.min(length, (i + 1) * CHUNK_ROWS),
  }));
}

/**
 * The mask of one chunk: a token sees itself and earlier tokens of its own segment.
 * @param segments [batch × length]
 * @returns [batch, 1, 1, end - start, end]
 */
export function chunkMask(
  segments: Int32Array,
  batch: number,
  length: number,
  start: number,
  end: number,
): Float32Array {
  const mask = new Float32Array(batch * (end - start) * end).fill(MASKED);
  let row = 0;
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let query = start; query < end; query++, row++) {
      const segment = segments[sequence * length + query];
      for (let key = query; key >= 0 && segments[sequence * length + key] === segment; key--) mask[row * end + key] = 0;
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

/**
 * softmax(q kᵀ / √d + mask) v. Query heads that share a key head are stacked as rows of one product, so keys are neither
 * copied nor their gradients summed by hand.
 * @param q [batch, heads, length, d] @param k [batch, keyValueHeads, length, d] @param v as k
 * @returns [batch · length, heads · d]
 */
export function attention(scope: BlockScope, shape: ModelShape, q: Value, k: Value, v: Value): Value {
  const { b, batchSize, blockLength, masks, past } = scope;
  const { heads, keyValueHeads, headSize } = shape;
  const group = heads / keyValueHeads;

  /** One chunk of `rows` queries over all the keys given; mask [batch, 1, 1, rows, keys]. */
  const attend = (queries: Value, keys: Value, values: Value, mask: Value): Value => {
    const rows = queries.shape[2] as number;
    const seen = keys.shape[2] as number;
    const stacked = [batchSize, keyValueHeads, group * rows];
    const alpha = 1 / Math.sqrt(headSize);
    const scores = b.matMul(b.reshape(queries, [...stacked, headSize]), keys, { transB: true, alpha });
    const masked = b.add(b.reshape(scores, [batchSize, keyValueHeads, group, rows, seen]), mask);
    const weights = b.reshape(b.op("Softmax", [masked], {}), [...stacked, seen]);
    return b.reshape(b.matMul(weights, values), [batchSize, heads, rows, headSize]);
  };

  const chunks = past
    ? [attend(q, b.op("Concat", [past.keys, k], { axis: 2 }), b.op("Concat", [past.values, v], { axis: 2 }), past.mask)]
    : masks.map(({ start, end, mask }) =>
        attend(
          end - start === blockLength ? q : b.slice(q, 2, start, end),
          end === blockLength ? k : b.slice(k, 2, 0, end),
          end === blockLength ? v : b.slice(v, 2, 0, end),
          mask,
        ),
      );
  const whole = chunks.length === 1 ? (chunks[0] as Value) : b.op("Concat", chunks, { axis: 2 });
  return b.reshape(b.transpose(whole, [0, 2, 1, 3]), [batchSize * blockLength, heads * headSize]);
}
