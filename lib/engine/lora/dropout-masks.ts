/**
 * @file LoRA's dropout masks. They are drawn here and fed, not made in the graph: ONNX's random operators cannot be told
 * a seed for each sequence, and a mask must be the same in the forward and the backward pass, in every micro-batch that
 * its sequence comes in, and after a resume.
 */
import { droppedShare } from "../graph/ops";
import { Rng } from "../optim/rng";
import type { Batch } from "../types";

/** Keeps these streams apart from others of a block's seed. */
const STREAM = 0x44524f50;
const MODULES_PER_LAYER = 256;

export interface MaskedModule {
  layer: number;
  /** Among the architecture's linear layers. */
  index: number;
  /** in */
  width: number;
  rate: number;
}

/**
 * A mask [batchSize · blockLength, in] of ones and zeros, from the seeds of the batch's sequences: two values from each
 * 32 bits drawn, the lower half first.
 * @throws Error when the batch has no seeds
 */
export function drawDropoutMask(
  { seeds, batchSize, blockLength }: Batch,
  { layer, index, width, rate }: MaskedModule,
  mask: Int8Array,
): Int8Array {
  if (!seeds) throw new Error("internal: dropout needs the seeds of its blocks");
  const threshold = droppedShare(rate) * 0x10000;
  const size = blockLength * width;
  const bits = new Uint32Array(Math.ceil(size / 2));
  for (let row = 0; row < batchSize; row++) {
    Rng.seeded(seeds[row] as number, STREAM + layer * MODULES_PER_LAYER + index).fillUint32(bits);
    const end = (row + 1) * size;
    for (let i = row * size, k = 0; i < end; i += 2, k++) {
      const pair = bits[k] as number;
      mask[i] = (pair & 0xffff) >= threshold ? 1 : 0;
      if (i + 1 < end) mask[i + 1] = pair >>> 16 >= threshold ? 1 : 0;
    }
  }
  return mask;
}
