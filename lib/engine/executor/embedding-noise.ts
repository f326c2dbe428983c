/**
 * @file NEFTune (Jain et al. 2023, https://arxiv.org/abs/2310.05914): in training, noise on what the first layer gets,
 *   x0 ← x0 + α / √(L d) · u        u uniform in [−1, 1)
 * with hidden size d. L is the real length of the token's document in its block: neither padding nor the documents packed
 * beside it count, so each document meets noise of the same size (‖noise‖ ≈ α / √3) as if it were trained alone.
 */
import { PADDING_SEGMENT } from "@/lib/contracts/prepared-blocks";
import { Rng } from "../optim/rng";
import type { Batch } from "../types";

/** Keeps this stream apart from others of a block's seed. */
const STREAM = 0x4e454654;

/** Adds the noise in place; nothing without `noiseAlpha`. @param x0 [tokens, hidden] @throws Error without seeds */
export function addEmbeddingNoise(x0: Float32Array, batch: Batch): void {
  const { noiseAlpha = 0, seeds, batchSize, blockLength, segments } = batch;
  if (noiseAlpha === 0) return;
  if (!seeds) throw new Error("noise needs the seeds of its blocks");
  const hidden = x0.length / segments.length;
  for (let row = 0; row < batchSize; row++) {
    const rng = Rng.seeded(seeds[row] as number, STREAM);
    const ofRow = segments.subarray(row * blockLength, (row + 1) * blockLength);
    for (const { start, end } of documentsOf(ofRow)) {
      const size = noiseAlpha / Math.sqrt((end - start) * hidden);
      const last = (row * blockLength + end) * hidden;
      for (let i = (row * blockLength + start) * hidden; i < last; i++)
        x0[i] = (x0[i] as number) + size * (rng.uint32() / 2 ** 31 - 1);
    }
  }
}

/** Where each document of a row lies. */
function* documentsOf(segments: Int32Array): Generator<{ start: number; end: number }> {
  for (let start = 0; start < segments.length; ) {
    let end = start + 1;
    while (end < segments.length && segments[end] === segments[start]) end++;
    if (segments[start] !== PADDING_SEGMENT) yield { start, end };
    start = end;
  }
}
