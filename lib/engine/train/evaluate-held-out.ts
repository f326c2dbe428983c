/** @file The loss on the held-out split: the same blocks in the same order at every evaluation of a run. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { countLossTokens } from "../data/count-loss-tokens";
import type { Blocks } from "../data/open-blocks";
import { StopRequested } from "../stop-requested";
import type { TrainableModel } from "../types";

/**
 * All held-out blocks, or evenly spread ones when there are more than `maxPositions` allows. At least one.
 * @param maxPositions so that a large held-out split does not take longer than the training it judges; 0 means no limit
 */
export function selectEvalBlocks(blocks: number, blockLength: number, maxPositions: number): number[] {
  const count = maxPositions === 0 ? blocks : Math.min(blocks, Math.max(1, Math.floor(maxPositions / blockLength)));
  return Array.from({ length: count }, (_, i) => Math.floor((i * blocks) / count));
}

/** What every evaluation of these blocks averages over. */
export function countHeldOutTokens(blocks: Blocks, maxPositions: number): number {
  const selected = selectEvalBlocks(blocks.manifest.splits.eval.blocks, blocks.manifest.blockLength, maxPositions);
  return selected.reduce((sum, index) => sum + countLossTokens(blocks.getBatch("eval", [index], 1)), 0);
}

export interface HeldOutLoss {
  /** Mean cross-entropy in nats per token; NaN or Infinity when the model has diverged. */
  loss: number;
  tokens: number;
}

/** Null when `shouldStop` ended it early, or when no held-out token gets loss. */
export async function evaluateHeldOut(options: {
  model: TrainableModel;
  blocks: Blocks;
  batchSize: number;
  /** See selectEvalBlocks. */
  maxPositions: number;
  shouldStop(): boolean;
  onProgress(done: number, total: number): void;
}): Promise<HeldOutLoss | null> {
  const { model, blocks, batchSize, maxPositions } = options;
  const selected = selectEvalBlocks(blocks.manifest.splits.eval.blocks, blocks.manifest.blockLength, maxPositions);
  let lossSum = 0;
  let tokens = 0;
  for (let start = 0; start < selected.length; start += batchSize) {
    options.onProgress(start, selected.length);
    await nextTurn();
    if (options.shouldStop()) return null;
    const batch = blocks.getBatch("eval", selected.slice(start, start + batchSize), batchSize);
    const result = await model.evaluate(batch, options.shouldStop).catch((error: unknown) => {
      if (error instanceof StopRequested) return null;
      throw error;
    });
    if (result === null) return null;
    lossSum += result.lossSum;
    tokens += result.tokenCount;
  }
  return tokens === 0 ? null : { loss: lossSum / tokens, tokens };
}
