/**
 * @file A head whose matrix [vocabulary, hidden] lies in memory in 16 bits: it is widened a slice of the vocabulary at a
 * time, and many rows see each slice, so that widening costs little. The loss needs the sum over the whole vocabulary
 * before any gradient: slices are gone through twice, once for log Σ exp (the online softmax of Milakov and Gimelshein
 * 2018), once for the gradient, which computes the logits again.
 */
import type { Architecture } from "../models/architecture";
import type { TensorData } from "../runtime/session";
import { type Half, widenAt } from "../safetensors/widen";
import type { Batch, LossSum } from "../types";
import { addTo } from "./add-to";
import { type Head, type RowChunk, rowChunks, scatterRows } from "./head";
import { LOGITS_BYTES, rowsFor, SLICE_BYTES, sliceSizeOf } from "./head-sizes";
import type { Sessions } from "./sessions";

export interface SlicedHeadState {
  name: string;
  matrix: Half;
  /** The head's other weights by full name. */
  feeds: Readonly<Record<string, Float32Array>>;
}

interface Slice {
  /** First token. */
  start: number;
  size: number;
  feeds: Record<string, TensorData>;
}

interface Statistics {
  /** log Σ exp over the vocabulary of each row. */
  logSums: Float32Array;
  /** Logit of each row's target. */
  picked: Float64Array;
}

/** log(eᵃ + eᵇ) */
const addInLogs = (a: number, b: number): number =>
  a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));

export class SlicedHead implements Head {
  private memory = new Float32Array(0);

  constructor(
    private readonly architecture: Architecture,
    private readonly state: SlicedHeadState,
    private readonly sessions: Sessions,
    private readonly sliceBytes = SLICE_BYTES,
  ) {}

  async loss(batch: Batch, x: Float32Array): Promise<LossSum> {
    const sum: LossSum = { lossSum: 0, tokenCount: 0 };
    for (const chunk of this.chunks(batch, x)) add(sum, chunk, await this.statistics(chunk));
    return sum;
  }

  async gradient(batch: Batch, x: Float32Array, scale: number, dx: Float32Array): Promise<LossSum> {
    dx.fill(0);
    const sum: LossSum = { lossSum: 0, tokenCount: 0 };
    for (const chunk of this.chunks(batch, x)) {
      const statistics = await this.statistics(chunk);
      add(sum, chunk, statistics);
      const total = new Float32Array(chunk.x.length);
      const shared = {
        x: chunk.x,
        log_sum: statistics.logSums,
        row_scale: chunk.weights.map((weight) => weight * scale),
      };
      for (const slice of this.slices()) {
        const session = await this.sessions.headSlice(chunk.weights.length, slice.size).session("gradient");
        const results = await session.run({ ...shared, ...slice.feeds, ...targetsIn(slice, chunk) });
        addTo(total, results["dx"] as Float32Array);
      }
      scatterRows(chunk.rows, total, this.architecture.shape.hiddenSize, dx);
    }
    return sum;
  }

  async logits(x: Float32Array): Promise<Float32Array> {
    const all = new Float32Array(this.architecture.shape.vocabularySize);
    for (const slice of this.slices()) {
      const { logits } = await (await this.sessions.headSlice(1, slice.size).session("logits")).run({
        x,
        ...slice.feeds,
      });
      all.set(logits as Float32Array, slice.start);
    }
    return all;
  }

  private get sliceSize(): number {
    return sliceSizeOf(this.architecture, this.sliceBytes);
  }

  private chunks(batch: Batch, x: Float32Array): Generator<RowChunk> {
    return rowChunks(
      batch,
      x,
      this.architecture.shape.hiddenSize,
      rowsFor(batch.tokens.length, LOGITS_BYTES / 4 / this.sliceSize),
    );
  }

  /** The matrix slice by slice, each in the memory of the one before. */
  private *slices(): Generator<Slice> {
    const { vocabularySize, hiddenSize } = this.architecture.shape;
    const { name, matrix, feeds } = this.state;
    if (this.memory.length === 0) this.memory = new Float32Array(this.sliceSize * hiddenSize);
    for (let start = 0; start < vocabularySize; start += this.sliceSize) {
      const end = Math.min(start + this.sliceSize, vocabularySize);
      widenAt(matrix, start * hiddenSize, end * hiddenSize, this.memory, 0);
      const others = Object.entries(feeds).map(([other, data]) => [
        other,
        this.architecture.headWeights.get(other)?.[0] === vocabularySize ? data.subarray(start, end) : data,
      ]);
      const slice = this.memory.subarray(0, (end - start) * hiddenSize);
      yield { start, size: end - start, feeds: { ...Object.fromEntries(others), [name]: slice } };
    }
  }

  private async statistics(chunk: RowChunk): Promise<Statistics> {
    const sums = new Float64Array(chunk.weights.length).fill(Number.NEGATIVE_INFINITY);
    const picked = new Float64Array(sums.length);
    for (const slice of this.slices()) {
      const session = await this.sessions.headSlice(sums.length, slice.size).session("statistics");
      const { labels, inside } = targetsIn(slice, chunk);
      const results = await session.run({ x: chunk.x, ...slice.feeds, labels });
      for (let i = 0; i < sums.length; i++) {
        sums[i] = addInLogs(sums[i] as number, (results["log_sum"] as Float32Array)[i] as number);
        if (inside[i]) picked[i] = (results["picked"] as Float32Array)[i] as number;
      }
    }
    return { logSums: Float32Array.from(sums), picked };
  }
}

/** Targets counted from the slice's start; where the target is another slice's, 0 and not inside. */
function targetsIn({ start, size }: Slice, { targets, weights }: RowChunk) {
  const labels = new BigInt64Array(weights.length);
  const inside = new Float32Array(weights.length);
  for (const [i, target] of targets.entries()) {
    if (target < start || target >= start + size) continue;
    labels[i] = BigInt(target - start);
    inside[i] = 1;
  }
  return { labels, inside };
}

function add(sum: LossSum, { rows }: RowChunk, { logSums, picked }: Statistics): void {
  for (let i = 0; i < rows.length; i++) sum.lossSum += (logSums[i] as number) - (picked[i] as number);
  sum.tokenCount += rows.length;
}
