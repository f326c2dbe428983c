/** @file Seeds for what is random inside a step. They belong to blocks, not to steps: see Batch.seeds. */
import { Rng } from "../optim/rng";

/** Keeps these streams apart from others of the same seed (adapter initialisation, the order of blocks). */
const STREAM_OFFSET = 0x40000000;

/**
 * Seeds of a micro-batch of `batchSize` rows, one per block; rows beyond the blocks are padding and get 0.
 * @param epoch from 0: a block meets other noise in every epoch
 */
export function blockSeeds(seed: number, epoch: number, blocks: readonly number[], batchSize: number): Uint32Array {
  const ofEpoch = Rng.seeded(seed, STREAM_OFFSET + epoch).uint32();
  const seeds = new Uint32Array(batchSize);
  for (const [row, block] of blocks.entries()) seeds[row] = Rng.seeded(ofEpoch, block).uint32();
  return seeds;
}
