/** @file What a batch looks like to the graphs: positions, masks, and the rows that get loss. */
import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import type { LayerKind } from "../models/architecture";
import { chunkBounds, chunkMask } from "../models/attention";
import type { TensorData } from "../runtime/session";
import type { Batch } from "../types";
import { type Feeds, type Residence, release } from "./residence";

/** Feeds shared by all blocks whose attention reaches equally far. */
function sequenceFeeds(
  { batchSize, blockLength, positions, segments }: Batch,
  window: number | null,
): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = { positions: BigInt64Array.from(positions, BigInt) };
  chunkBounds(blockLength, window).forEach((chunk, i) => {
    feeds[`mask_${i}`] = chunkMask(segments, batchSize, blockLength, chunk, window);
  });
  return feeds;
}

/** `sequenceFeeds` of each kind of layer, made once for a batch and put where the layers run. */
export class SequenceFeeds {
  private readonly made = new Map<number | null, Feeds>();

  constructor(
    private readonly batch: Batch,
    private readonly residence: Residence,
  ) {}

  async of({ kind: { window } }: { kind: LayerKind }): Promise<Feeds> {
    let feeds = this.made.get(window);
    if (!feeds) {
      feeds = await this.residence.liftAll(sequenceFeeds(this.batch, window));
      this.made.set(window, feeds);
    }
    return feeds;
  }

  /** They must not be fed any more. */
  release(): void {
    for (const feeds of this.made.values()) release(Object.values(feeds));
  }
}

/**
 * Rows whose next token gets loss, and that token: labels are shifted here, inside each block.
 * Only these rows go through the head, so masked prompts cost no logits.
 */
export function lossRows({ batchSize, blockLength, labels }: Batch): { rows: Int32Array; targets: Int32Array } {
  const rows: number[] = [];
  const targets: number[] = [];
  for (let sequence = 0; sequence < batchSize; sequence++) {
    for (let i = 0; i + 1 < blockLength; i++) {
      const row = sequence * blockLength + i;
      const target = labels[row + 1] as number;
      if (target === IGNORE_LABEL) continue;
      rows.push(row);
      targets.push(target);
    }
  }
  return { rows: Int32Array.from(rows), targets: Int32Array.from(targets) };
}
