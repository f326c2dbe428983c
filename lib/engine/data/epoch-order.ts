/** @file The order in which blocks are seen. It depends on seed and epoch only, so a position is all a resume needs. */
import { Rng } from "../optim/rng";

/** Keeps these streams apart from others of the same seed (adapter initialisation). */
const STREAM_OFFSET = 0x10000;

/** A permutation of 0 … blocks-1 for this epoch (from 0). */
export function epochOrder(blocks: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: blocks }, (_, index) => index);
  return Rng.seeded(seed, STREAM_OFFSET + epoch).shuffle(order);
}

/**
 * The micro-batches (block indices) of one optimizer step, counted from 0 over the whole run.
 * See countSteps for how an epoch is dealt into steps.
 */
export function stepMicroBatches(
  step: number,
  order: Int32Array,
  settings: { stepsPerEpoch: number; batchSize: number; accumulationSteps: number },
): number[][] {
  const { stepsPerEpoch, batchSize, accumulationSteps } = settings;
  const first = (step % stepsPerEpoch) * accumulationSteps * batchSize;
  const last = Math.min(order.length, first + accumulationSteps * batchSize);
  const microBatches: number[][] = [];
  for (let start = first; start < last; start += batchSize) {
    microBatches.push([...order.subarray(start, Math.min(last, start + batchSize))]);
  }
  return microBatches;
}
