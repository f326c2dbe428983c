/** @file The loss-mask view: a block's tokens as the trainer sees them. */
import type { MaskBlock, SamplePart } from "@/lib/contracts/dataset";
import { IGNORE_LABEL, PADDING_SEGMENT, type SplitName } from "@/lib/contracts/prepared-blocks";
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
  const parts = block.documents.map(
    ({ runs }) => runs?.flatMap(({ part, length }) => Array(length).fill(part)) ?? null,
  );
  const tokens = Array.from(block.tokens, (id, i) => {
    const segment = block.segments[i] as number;
    const position = block.positions[i] as number;
    const part: SamplePart | null = segment === PADDING_SEGMENT ? null : (parts[segment]?.[position] ?? "text");
    return { id, text: tokenizer.tokenText(id), hasLoss: block.labels[i] !== IGNORE_LABEL, segment, position, part };
  });
  return {
    split,
    index,
    blocks: manifest.splits[split].blocks,
    tokens,
    trainableTokens: tokens.filter((token) => token.hasLoss).length,
    documents: block.documents.map(({ name }) => name),
    counts: manifest.counts,
  };
}
