/** @file Reading a prepared-blocks folder (lib/contracts/prepared-blocks.ts). Everything is checked on opening. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { endianness } from "node:os";
import { join } from "node:path";
import { BlocksManifest, IGNORE_LABEL, PADDING_SEGMENT, type SplitName } from "@/lib/contracts/prepared-blocks";
import { AppError } from "@/lib/errors";
import type { Batch } from "../types";

const MAX_MANIFEST_BYTES = 1_000_000;
const CHUNK_BYTES = 16 * 1024 * 1024;
const KINDS = ["tokens", "labels", "positions", "segments"] as const;
type Kind = (typeof KINDS)[number];

export interface Blocks {
  readonly manifest: BlocksManifest;
  /**
   * The blocks with these indices, one row each. Rows beyond them, up to `batchSize`, are padding that is ignored:
   * labels -100, segments -1.
   */
  getBatch(split: SplitName, indices: readonly number[], batchSize: number): Batch;
}

/**
 * Loads both splits into memory (16 bytes a token).
 * @throws AppError not_found or invalid_input naming the file and what is wrong with it
 */
export async function openBlocks(blocksDir: string): Promise<Blocks> {
  if (endianness() !== "LE")
    throw new AppError("unavailable", "Prepared blocks are little-endian; this machine is not.");
  const manifest = await readManifest(join(blocksDir, "manifest.json"));
  const splits = {} as Record<SplitName, Record<Kind, Int32Array>>;
  for (const split of ["train", "eval"] as const) {
    const { blocks, sha256 } = manifest.splits[split];
    const files = {} as Record<Kind, Int32Array>;
    for (const kind of KINDS) {
      const path = join(blocksDir, `${split}.${kind}.bin`);
      files[kind] = await readInt32File(path, blocks * manifest.blockLength, sha256[kind]);
    }
    checkValues(blocksDir, split, manifest, files);
    splits[split] = files;
  }
  return {
    manifest,
    getBatch: (split, indices, batchSize) => assembleBatch(splits[split], manifest, indices, batchSize),
  };
}

async function readManifest(path: string): Promise<BlocksManifest> {
  const bytes = await readBounded(path, MAX_MANIFEST_BYTES);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new AppError("invalid_input", `${path} is not valid JSON; prepare the dataset again.`, { cause: error });
  }
  const parsed = BlocksManifest.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const message = `${path}: ${issue?.path.join(".") || "it"} ${issue?.message}; prepare the dataset again.`;
    throw new AppError("invalid_input", message, { cause: parsed.error });
  }
  return parsed.data;
}

async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new AppError("not_found", `${path} cannot be opened; prepare the dataset again.`, { cause: error });
  });
  try {
    const { size } = await handle.stat();
    if (size > maxBytes)
      throw new AppError("invalid_input", `${path} has ${size} bytes, expected at most ${maxBytes}.`);
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(CHUNK_BYTES, size - done), done);
      if (bytesRead === 0) throw new AppError("invalid_input", `${path} became shorter while it was read.`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function readInt32File(path: string, values: number, sha256: string): Promise<Int32Array> {
  const bytes = await readBounded(path, values * 4);
  const problem =
    bytes.byteLength !== values * 4
      ? `has ${bytes.byteLength} bytes, but its manifest says ${values * 4}`
      : createHash("sha256").update(bytes).digest("hex") !== sha256
        ? "is not what its manifest says (sha256 differs)"
        : null;
  if (problem) throw new AppError("invalid_input", `${path} ${problem}; prepare the dataset again.`);
  return new Int32Array(bytes.buffer);
}

/** Ids outside the vocabulary would read outside the embedding matrix. */
function checkValues(dir: string, split: SplitName, manifest: BlocksManifest, files: Record<Kind, Int32Array>): void {
  const { vocabularySize, blockLength } = manifest;
  const fail = (kind: Kind, index: number): never => {
    const where = `block ${Math.floor(index / blockLength)}, token ${index % blockLength}`;
    const value = files[kind][index];
    throw new AppError("invalid_input", `${join(dir, `${split}.${kind}.bin`)}: ${where} is ${value}, out of range.`);
  };
  const { tokens, labels, positions, segments } = files;
  for (let i = 0; i < tokens.length; i++) {
    const label = labels[i] as number;
    if ((tokens[i] as number) < 0 || (tokens[i] as number) >= vocabularySize) fail("tokens", i);
    if (label !== IGNORE_LABEL && (label < 0 || label >= vocabularySize)) fail("labels", i);
    if ((positions[i] as number) < 0 || (positions[i] as number) >= blockLength) fail("positions", i);
    if ((segments[i] as number) < PADDING_SEGMENT || (segments[i] as number) >= blockLength) fail("segments", i);
  }
}

function assembleBatch(
  files: Record<Kind, Int32Array>,
  manifest: BlocksManifest,
  indices: readonly number[],
  batchSize: number,
): Batch {
  const { blockLength, padTokenId } = manifest;
  const size = batchSize * blockLength;
  const batch: Batch = {
    batchSize,
    blockLength,
    tokens: new Int32Array(size).fill(padTokenId),
    labels: new Int32Array(size).fill(IGNORE_LABEL),
    positions: new Int32Array(size),
    segments: new Int32Array(size).fill(PADDING_SEGMENT),
  };
  for (const [row, index] of indices.entries()) {
    for (const kind of KINDS) {
      batch[kind].set(files[kind].subarray(index * blockLength, (index + 1) * blockLength), row * blockLength);
    }
  }
  return batch;
}
