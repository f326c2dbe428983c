/** @file The four block files of a split, and beside them which documents each block holds. */
import { join } from "node:path";
import { type BlocksManifest, IGNORE_LABEL, PADDING_SEGMENT, type SplitName } from "@/lib/contracts/prepared-blocks";
import { HashedFileWriter } from "./hashed-file-writer";
import { packPieces } from "./pack-pieces";
import type { PieceStore } from "./piece-store";
import { writeSegments } from "./segments-line";

export const BLOCK_FILE_KINDS = ["tokens", "labels", "positions", "segments"] as const;
export type BlockFileKind = (typeof BLOCK_FILE_KINDS)[number];

export const blockFile = (split: SplitName, kind: BlockFileKind): string => `${split}.${kind}.bin`;
/** One line a block: a JSON array with one entry for each segment, see segments-line.ts. */
export const documentsFile = (split: SplitName): string => `${split}.documents.jsonl`;

interface WriteSplitOptions {
  folder: string;
  split: SplitName;
  pieces: PieceStore;
  /** Of all documents of the dataset. */
  names: readonly string[];
  blockLength: number;
  padTokenId: number;
  pause: () => Promise<boolean>;
}

export async function writeSplit(
  options: WriteSplitOptions,
): Promise<Pick<BlocksManifest["splits"]["train"], "blocks" | "sha256">> {
  const { folder, split, pieces, names, blockLength, padTokenId, pause } = options;
  await pieces.flush();
  const packed = packPieces(pieces.lengths, blockLength);
  const writers: HashedFileWriter[] = [];
  const create = async (name: string) => {
    const writer = await HashedFileWriter.create(join(folder, name));
    writers.push(writer);
    return writer;
  };
  try {
    const files = {
      tokens: await create(blockFile(split, "tokens")),
      labels: await create(blockFile(split, "labels")),
      positions: await create(blockFile(split, "positions")),
      segments: await create(blockFile(split, "segments")),
    };
    const documents = await create(documentsFile(split));
    for (const block of packed) {
      const rows = fillBlock(block, pieces, blockLength, padTokenId);
      for (const kind of BLOCK_FILE_KINDS) await files[kind].write(new Uint8Array(rows[kind].buffer));
      const segments = block.map((piece) => ({
        name: names[pieces.documents[piece] as number] as string,
        runs: pieces.runs[piece] ?? null,
      }));
      await documents.write(Buffer.from(`${writeSegments(segments)}\n`));
      await pause();
    }
    const sha256 = {
      tokens: await files.tokens.end(),
      labels: await files.labels.end(),
      positions: await files.positions.end(),
      segments: await files.segments.end(),
    };
    await documents.end();
    return { blocks: packed.length, sha256 };
  } catch (error) {
    for (const writer of writers) await writer.abandon();
    throw error;
  }
}

function fillBlock(
  block: readonly number[],
  pieces: PieceStore,
  blockLength: number,
  padTokenId: number,
): Record<BlockFileKind, Int32Array> {
  const tokens = new Int32Array(blockLength).fill(padTokenId);
  const labels = new Int32Array(blockLength).fill(IGNORE_LABEL);
  const positions = new Int32Array(blockLength);
  const segments = new Int32Array(blockLength).fill(PADDING_SEGMENT);
  let at = 0;
  for (const [segment, piece] of block.entries()) {
    const length = pieces.lengths[piece] as number;
    pieces.read(piece, tokens.subarray(at, at + length));
    for (let i = 0; i < length; i++) {
      const value = tokens[at + i] as number;
      if (value < 0) tokens[at + i] = ~value;
      else labels[at + i] = value;
      positions[at + i] = i;
    }
    segments.fill(segment, at, at + length);
    at += length;
  }
  return { tokens, labels, positions, segments };
}
