/** @file One prepared block, read back and checked. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type BlocksManifest, IGNORE_LABEL, PADDING_SEGMENT, type SplitName } from "@/lib/contracts/prepared-blocks";
import { AppError } from "@/lib/errors";
import { readLines } from "./read-lines";
import { readSegments, type SegmentLine } from "./segments-line";
import { type BlockFileKind, blockFile, documentsFile } from "./write-split";

const MAX_NAMES_BYTES = 64_000_000;

/** Four rows of `blockLength` values, and the document of each segment. */
export interface Block extends Record<BlockFileKind, Int32Array> {
  documents: SegmentLine[];
}

/** Errors: `not_found` for a block that the split does not have, `invalid_input` naming the file that is damaged. */
export async function readBlock(
  blocksDir: string,
  manifest: BlocksManifest,
  split: SplitName,
  index: number,
): Promise<Block> {
  const { blocks } = manifest.splits[split];
  if (!Number.isInteger(index) || index < 0 || index >= blocks) {
    const which = split === "train" ? "training" : "held-out";
    throw new AppError("not_found", `There is no block ${index}: the ${which} split has ${blocks}, counted from 0.`);
  }
  const read = (kind: BlockFileKind) => readRow(join(blocksDir, blockFile(split, kind)), index, manifest.blockLength);
  const block = {
    tokens: await read("tokens"),
    labels: await read("labels"),
    positions: await read("positions"),
    segments: await read("segments"),
    documents: await readDocumentsLine(join(blocksDir, documentsFile(split)), index),
  };
  checkBlock(block, manifest, join(blocksDir, blockFile(split, "tokens")), index);
  return block;
}

async function readRow(path: string, index: number, blockLength: number): Promise<Int32Array> {
  const row = new Int32Array(blockLength);
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new AppError("invalid_input", `${path} can't be read: prepare the dataset again.`, { cause });
  });
  try {
    const { bytesRead } = await file.read(new Uint8Array(row.buffer), 0, row.byteLength, index * row.byteLength);
    if (bytesRead !== row.byteLength)
      throw new AppError("invalid_input", `${path} is too short: prepare the dataset again.`);
    return row;
  } finally {
    await file.close();
  }
}

async function readDocumentsLine(path: string, index: number): Promise<SegmentLine[]> {
  try {
    for await (const { number, bytes } of readLines(path, MAX_NAMES_BYTES)) {
      if (number === index + 1) return readSegments((bytes ?? Buffer.of()).toString());
    }
  } catch (cause) {
    throw new AppError("invalid_input", `${path} is damaged: prepare the dataset again.`, { cause });
  }
  throw new AppError("invalid_input", `${path} is too short: prepare the dataset again.`);
}

function checkBlock(block: Block, manifest: BlocksManifest, path: string, index: number): void {
  const fail = (what: string, at: number): never => {
    throw new AppError("invalid_input", `${path}, block ${index}, token ${at}: ${what}; prepare the dataset again.`);
  };
  let segment = 0;
  for (let i = 0; i < manifest.blockLength; i++) {
    const token = block.tokens[i] as number;
    const label = block.labels[i] as number;
    const current = block.segments[i] as number;
    if (token < 0 || token >= manifest.vocabularySize) fail("the token is not in the vocabulary", i);
    if (label !== IGNORE_LABEL && label !== token) fail("the label is not its token", i);
    const isFirst = i === 0 || current !== block.segments[i - 1];
    if (isFirst && i > 0) segment++;
    if (current === PADDING_SEGMENT) {
      if (label !== IGNORE_LABEL) fail("padding gets loss", i);
      continue;
    }
    if (current !== segment || current >= block.documents.length) fail("the segment is out of order", i);
    if (block.positions[i] !== (isFirst ? 0 : (block.positions[i - 1] as number) + 1))
      fail("the position is out of order", i);
    if (isFirst && label !== IGNORE_LABEL) fail("a document's first token gets loss", i);
  }
}
