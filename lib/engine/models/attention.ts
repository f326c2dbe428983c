/** @file Causal grouped-query attention, computed in chunks of query rows so that what lies above the diagonal costs nothing. */
import type { GradientSurroundings } from "../graph/graph-builder";
import { type Shape, sizeOf, type Value } from "../graph/ops";
import type { AttentionChunk, BlockScope, ChunkBounds, ModelShape } from "./architecture";

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

/** Where the output is not kept, its weights are computed once and used twice if those of all chunks fit into so many bytes. */
const SHARED_BYTES = 32 * 1024 * 1024;
/** Tokens of a sequence up to which weights may be kept: they grow with the square of it. */
const KEPT_LENGTH = 512;

/** One chunk of queries over the keys that it sees: what its gradient needs again. */
interface AttendedChunk {
  /** [batch, keyValueHeads, parts, group · rows / parts, d]: query heads that share a key head are rows of one product. */
  queries: Value;
  /** [batch, keyValueHeads, 1, seen, d] */
  keys: Value;
  values: Value;
  /** [batch, keyValueHeads, parts, group · rows / parts, seen] */
  weights: Value;
  /** tanh of the scores where they are capped, shaped as `weights`. */
  tanh: Value | null;
  /** [batch, heads, rows, d] */
  mixed: Value;
}

/**
 * softmax(scale · q kᵀ + mask) v. Keys are neither copied for the query heads that share them nor their gradients summed
 * by hand.
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
  const alpha = softcap ? scale / softcap : scale;

  const rowsOf = (x: Value, start: number, end: number, after: readonly Value[] = []) =>
    end - start === blockLength ? x : b.slice(x, 2, start, end, after);
  // ONNX Runtime gives whole products of a batch to threads: three to two threads leave one of them idle for a quarter of
  // the time. Halving the rows of an odd number of products evens that out (measured: 0.36 against 0.49 ms).
  const partsOf = (rows: number) => ((batchSize * keyValueHeads) % 2 === 1 && rows % 2 === 0 ? 2 : 1);
  const stack = (x: Value) => {
    const rows = group * (x.shape[2] as number);
    const parts = partsOf(rows);
    return b.reshape(x, [batchSize, keyValueHeads, parts, rows / parts, x.shape[3] as number]);
  };
  const unstack = (x: Value) => {
    const [parts, rows, width] = x.shape.slice(-3) as [number, number, number];
    return b.reshape(x, [batchSize, heads, (parts * rows) / group, width]);
  };
  const shared = (x: Value) => b.reshape(x, [batchSize, keyValueHeads, 1, x.shape[2] as number, headSize]);
  /** [batch, keyValueHeads, …] → [batch · keyValueHeads, …] */
  const fold = (x: Value) => b.reshape(x, [batchSize * keyValueHeads, ...x.shape.slice(2)]);
  /** Sums what the parts say of the same keys: [batch · keyValueHeads, parts, seen, d] → [batch, keyValueHeads, seen, d] */
  const overParts = (x: Value) =>
    b.reshape(x.shape[1] === 1 ? x : b.reduceSum(x, [1], false), [
      batchSize,
      keyValueHeads,
      x.shape[2] as number,
      headSize,
    ]);

  const scoresOf = (queries: Value, keys: Value): { scores: Value; tanh: Value | null } => {
    const products = b.matMul(queries, keys, { transB: true, alpha });
    if (!softcap) return { scores: products, tanh: null };
    const tanh = b.op("Tanh", [products], {});
    return { scores: b.mul(tanh, b.scalar(softcap)), tanh };
  };
  /** @param mask as many axes as `byHead`, which is what scores look like without parts */
  const weigh = (queries: Value, keys: Value, mask: Value, byHead: Shape): { weights: Value; tanh: Value | null } => {
    const { scores, tanh } = scoresOf(queries, keys);
    const masked = b.add(b.reshape(scores, byHead), mask);
    return { weights: b.reshape(b.op("Softmax", [masked], {}), scores.shape), tanh };
  };
  const attend = (rows: Value, seenKeys: Value, seenValues: Value, mask: Value): AttendedChunk => {
    const queries = stack(rows);
    const keys = shared(seenKeys);
    const values = shared(seenValues);
    const pairs = mask.shape.slice(-2);
    const { weights, tanh } = weigh(queries, keys, mask, [batchSize, keyValueHeads, group, ...pairs]);
    return { queries, keys, values, weights, tanh, mixed: unstack(b.matMul(weights, values)) };
  };
  const joined = (chunks: readonly Value[]) =>
    chunks.length === 1 ? (chunks[0] as Value) : b.op("Concat", chunks, { axis: 2 });
  const flat = (x: Value) => b.reshape(b.transpose(x, [0, 2, 1, 3]), [batchSize * blockLength, heads * headSize]);

  // One token after others: joining scores instead of keys and values spares a copy of the whole cache for every token.
  if (past) {
    const cached = past.keys.shape[2] as number;
    const queries = stack(q);
    const ofPast = scoresOf(queries, shared(past.keys)).scores;
    const scores = b.op("Concat", [ofPast, scoresOf(queries, shared(k)).scores], { axis: 4 });
    const weights = b.op("Softmax", [b.add(scores, past.mask)], {});
    const mixed = b.add(
      b.matMul(b.slice(weights, 4, 0, cached), shared(past.values)),
      b.mul(b.slice(weights, 4, cached, cached + 1), shared(v)),
    );
    return flat(unstack(mixed));
  }
  const chunks = masks.map(({ start, end, keyStart, mask }) =>
    attend(rowsOf(q, start, end), rowsOf(k, keyStart, end), rowsOf(v, keyStart, end), mask),
  );
  const output = flat(joined(chunks.map(({ mixed }) => mixed)));
  if (blockLength <= KEPT_LENGTH && !softcap)
    for (const [i, { weights }] of chunks.entries()) scope.keep(`attention_${i}`, weights, 3);
  const weightBytes = 4 * chunks.reduce((sum, { weights }) => sum + sizeOf(weights.shape), 0);

  /**
   * With o = P v and P = softmax(s): dv = Pᵀ do, dP = do vᵀ, ds = P ⊙ (dP - D) where D = Σ P ⊙ dP = Σ o ⊙ do over a
   * row (Dao 2023, FlashAttention-2, §3.1.2), which spares a pass over all pairs. Chunks of queries are disjoint, so
   * dq is their chunks side by side; dk and dv are sums over the chunks that see the key.
   *
   * Weights that nobody keeps are computed again chunk by chunk, each when the one before is done with: dq, dk and dv
   * need the same dP, and left alone the runtime would compute all of it before the first sum. So memory grows with the
   * length and not with its square. The runtime plans where values lie by their shapes, and would hold the memory of the
   * forward pass's weights for values of the same shape here; so here they have an axis less.
   */
  const vjp = (g: Value, { isSaved, known }: GradientSurroundings): Value[] => {
    const split = [batchSize, blockLength, heads, headSize];
    const dO = b.transpose(b.reshape(g, split), [0, 2, 1, 3]);
    const rowSums = b.reduceSum(b.reshape(b.mul(g, output), split), [3], true);
    const D = b.transpose(rowSums, [0, 2, 1, 3]);
    const dq: Value[] = [];
    let dk: Value | null = null;
    let dv: Value | null = null;
    const takesTurns = isSaved(output) || weightBytes > SHARED_BYTES;
    // What gradients that are done were made from need not be held beside the first chunk.
    let before = known;
    for (const [i, chunk] of chunks.entries()) {
      const { start, end, keyStart, mask } = masks[i] as AttentionChunk;
      const [keys, values] = [fold(chunk.keys), fold(chunk.values)];
      const isAgain = takesTurns && i > 0 && !isSaved(chunk.weights);
      const queries = fold(isAgain ? stack(rowsOf(q, start, end, before)) : chunk.queries);
      const pairs = mask.shape.slice(-2);
      const again = () => weigh(queries, keys, b.reshape(mask, [batchSize, 1, ...pairs]), [batchSize, heads, ...pairs]);
      const asBefore = () => ({ weights: fold(chunk.weights), tanh: chunk.tanh && fold(chunk.tanh) });
      const { weights, tanh } = isAgain ? again() : asBefore();
      const dRows = fold(stack(rowsOf(dO, start, end, before)));
      const dWeights = b.matMul(dRows, values, { transB: true });
      const dScores = b.mul(weights, b.sub(dWeights, fold(stack(rowsOf(D, start, end)))));
      // scale · q kᵀ = cap · u before the tanh: d(cap · tanh u) = cap · (1 - tanh² u) du.
      const ds = tanh ? b.mul(dScores, b.sub(b.scalar(1), b.mul(tanh, tanh))) : dScores;
      dq.push(unstack(b.matMul(ds, keys, { alpha: scale })));
      dk = addKeys(dk, overParts(b.matMul(ds, queries, { transA: true, alpha: scale })), keyStart);
      dv = addKeys(dv, overParts(b.matMul(weights, dRows, { transA: true })), keyStart);
      before = takesTurns ? [dq.at(-1) as Value, dk, dv] : [];
    }
    return [joined(dq), dk as Value, dv as Value];
  };
  /** Adds the gradients of keys `keyStart` … to those of keys 0 … */
  const addKeys = (total: Value | null, part: Value, keyStart: number): Value => {
    const widen = (x: Value, before: number, after: number) =>
      before + after === 0 ? x : b.op("Pad", [x], { axis: 2, before, after });
    const whole = widen(part, keyStart, 0);
    if (!total) return whole;
    return b.add(widen(total, 0, (whole.shape[2] as number) - (total.shape[2] as number)), whole);
  };
  return b.withGradient(output, { inputs: [q, k, v], vjp });
}
