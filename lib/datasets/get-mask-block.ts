/** @file The loss-mask view: a block's tokens as the trainer sees them. */
import type { MaskBlock } from "@/lib/contracts/dataset";
import { IGNORE_LABEL, type SplitName } from "@/lib/contracts/prepared-blocks";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { PreparedBlocks } from "./prepare-blocks";
import { readBlock } from "./read-block";

/** Errors: those of readBlock. */
export async function getMaskBlock(
  { blocksDir, manifest }: PreparedBlocks,
  tokenizer: Tokenizer,
  split: SplitName,
  index: number,
): Promise<MaskBlock> {
  const block = await readBlock(blocksDir, manifest, split, index);
  const tokens = Array.from(block.tokens, (id, i) => ({
    id,
    text: tokenizer.tokenText(id),
    hasLoss: block.labels[i] !== IGNORE_LABEL,
    segment: block.segments[i] as number,
    position: block.positions[i] as number,
  }));
  return {
    split,
    index,
    blocks: manifest.splits[split].blocks,
    tokens,
    trainableTokens: tokens.filter((token) => token.hasLoss).length,
    documents: block.documents,
  };
}
