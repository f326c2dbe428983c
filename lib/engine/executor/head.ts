/** @file The model's head: final norm, logits and loss, a chunk of rows at a time, so that logits never exist whole. */
import type { Architecture } from "../models/architecture";
import type { Batch, LossSum } from "../types";
import { addTo } from "./add-to";
import { lossRows } from "./batch-inputs";
import { LOGITS_BYTES, rowsFor } from "./head-sizes";
import type { LayerwiseState } from "./layerwise-state";
import type { Feeds, Residence } from "./residence";
import type { Sessions } from "./sessions";

export interface Head {
  /** @param x [tokens, hidden], the last layer's output */
  loss(batch: Batch, x: Float32Array): Promise<LossSum>;
  /** The same, and writes scale · d(lossSum)/dx to dx, which may hold anything before. */
  gradient(batch: Batch, x: Float32Array, scale: number, dx: Float32Array): Promise<LossSum>;
  /** x [1, hidden] → logits [vocabulary] */
  logits(x: Float32Array): Promise<Float32Array>;
}

/** Rows that get loss, gathered; the last chunk is filled up with rows of weight 0. */
export interface RowChunk {
  /** Which rows of the batch they are. */
  rows: Int32Array;
  /** Token that each shall predict. */
  targets: Int32Array;
  /** [size, hidden] */
  x: Float32Array;
  /** [size]: 1 for a row, 0 for filler. */
  weights: Float32Array;
}

/** Each lies in the memory of the one before. */
export function* rowChunks(batch: Batch, x: Float32Array, hidden: number, size: number): Generator<RowChunk> {
  const { rows, targets } = lossRows(batch);
  const gathered = new Float32Array(size * hidden);
  for (let start = 0; start < rows.length; start += size) {
    const chunk = rows.subarray(start, start + size);
    for (const [i, row] of chunk.entries()) gathered.set(x.subarray(row * hidden, (row + 1) * hidden), i * hidden);
    yield {
      rows: chunk,
      targets: targets.subarray(start, start + size),
      x: gathered,
      weights: new Float32Array(size).fill(1, 0, chunk.length),
    };
  }
}

/** Back to where `rowChunks` took them from. */
export function scatterRows(rows: Int32Array, source: Float32Array, hidden: number, target: Float32Array): void {
  for (const [i, row] of rows.entries()) target.set(source.subarray(i * hidden, (i + 1) * hidden), row * hidden);
}

const total = (losses: Float32Array): number => losses.reduce((sum, loss) => sum + loss, 0);

/** The matrix of logits lies in memory as float32: few rows see the whole vocabulary at once. */
export class WholeHead implements Head {
  constructor(
    private readonly architecture: Architecture,
    private readonly state: Pick<LayerwiseState, "trainedHead">,
    private readonly sessions: Sessions,
    private readonly residence: Pick<Residence, "head">,
  ) {}

  async loss(batch: Batch, x: Float32Array): Promise<LossSum> {
    const sum: LossSum = { lossSum: 0, tokenCount: 0 };
    const session = await this.sessions.head(this.rows(batch)).session("loss");
    for (const chunk of this.chunks(batch, x)) {
      const { loss } = await session.run(await this.feeds(chunk, 1));
      sum.lossSum += total(loss as Float32Array);
      sum.tokenCount += chunk.rows.length;
    }
    return sum;
  }

  async gradient(batch: Batch, x: Float32Array, scale: number, dx: Float32Array): Promise<LossSum> {
    const { trainedHead } = this.state;
    dx.fill(0);
    const sum: LossSum = { lossSum: 0, tokenCount: 0 };
    const session = await this.sessions.head(this.rows(batch)).session("gradient");
    const dxOfRows = new Float32Array(this.rows(batch) * this.architecture.shape.hiddenSize);
    for (const chunk of this.chunks(batch, x)) {
      const results = await session.run(await this.feeds(chunk, scale), { dx: dxOfRows });
      scatterRows(chunk.rows, dxOfRows, this.architecture.shape.hiddenSize, dx);
      for (const [name, { gradient }] of trainedHead) addTo(gradient, results[`d_${name}`] as Float32Array);
      sum.lossSum += total(results["loss"] as Float32Array);
      sum.tokenCount += chunk.rows.length;
    }
    return sum;
  }

  async logits(x: Float32Array): Promise<Float32Array> {
    const { logits } = await (await this.sessions.head(1).session("logits")).run({
      x,
      ...(await this.residence.head()),
    });
    return logits as Float32Array;
  }

  private rows(batch: Batch): number {
    return rowsFor(batch.tokens.length, LOGITS_BYTES / 4 / this.architecture.shape.vocabularySize);
  }

  private chunks(batch: Batch, x: Float32Array): Generator<RowChunk> {
    return rowChunks(batch, x, this.architecture.shape.hiddenSize, this.rows(batch));
  }

  private async feeds({ x, targets, weights }: RowChunk, scale: number): Promise<Feeds> {
    const labels = new BigInt64Array(weights.length);
    for (const [i, target] of targets.entries()) labels[i] = BigInt(target);
    return { x, ...(await this.residence.head()), labels, weights, scale: Float32Array.of(scale) };
  }
}
