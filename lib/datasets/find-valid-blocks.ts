/** @file Are the blocks of an earlier preparation still what was written? */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_OBJECTIVE } from "@/lib/contracts/objective-settings";
import { BlocksManifest } from "@/lib/contracts/prepared-blocks";
import type { PrepareBlocksOptions } from "./prepare-blocks";
import { BLOCK_FILE_KINDS, blockFile, documentsFile } from "./write-split";

const MAX_MANIFEST_BYTES = 1_000_000;
const MAX_REMEMBERED = 1_000;

/** Folders whose files were hashed before, with the sizes and times that they had. */
const verified = new Map<string, string>();

/** The manifest when every file is there and has its sha256, otherwise null. */
export async function findValidBlocks(
  blocksDir: string,
  options: Pick<
    PrepareBlocksOptions,
    "datasetId" | "contentHash" | "tokenizer" | "blockLength" | "evalSplit" | "seed" | "objective"
  >,
): Promise<BlocksManifest | null> {
  const manifest = await findManifest(join(blocksDir, "manifest.json"));
  if (
    manifest === null ||
    manifest.datasetId !== options.datasetId ||
    manifest.datasetHash !== options.contentHash ||
    manifest.tokenizerHash !== options.tokenizer.hash ||
    manifest.vocabularySize !== options.tokenizer.vocabularySize ||
    manifest.blockLength !== options.blockLength ||
    manifest.evalSplit !== options.evalSplit ||
    manifest.seed !== options.seed ||
    JSON.stringify(manifest.objective) !== JSON.stringify(options.objective ?? DEFAULT_OBJECTIVE)
  ) {
    return null;
  }
  const fingerprint = await findFingerprint(blocksDir, manifest);
  if (fingerprint === null) return null;
  if (verified.get(blocksDir) === fingerprint) return manifest;
  if (!(await hashesMatch(blocksDir, manifest))) return null;
  if (verified.size >= MAX_REMEMBERED) verified.clear();
  verified.set(blocksDir, fingerprint);
  return manifest;
}

async function findManifest(path: string): Promise<BlocksManifest | null> {
  try {
    if ((await stat(path)).size > MAX_MANIFEST_BYTES) return null;
    return BlocksManifest.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** Sizes and times of all files, or null when one is missing or has a wrong size. */
async function findFingerprint(blocksDir: string, manifest: BlocksManifest): Promise<string | null> {
  const parts: string[] = [JSON.stringify(manifest)];
  for (const split of ["train", "eval"] as const) {
    const bytes = manifest.splits[split].blocks * manifest.blockLength * 4;
    for (const kind of BLOCK_FILE_KINDS) {
      const info = await stat(join(blocksDir, blockFile(split, kind))).catch(() => null);
      if (info?.size !== bytes) return null;
      parts.push(`${info.size} ${info.mtimeMs} ${info.ino}`);
    }
    if ((await stat(join(blocksDir, documentsFile(split))).catch(() => null)) === null) return null;
  }
  return parts.join("\n");
}

async function hashesMatch(blocksDir: string, manifest: BlocksManifest): Promise<boolean> {
  for (const split of ["train", "eval"] as const) {
    for (const kind of BLOCK_FILE_KINDS) {
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(join(blocksDir, blockFile(split, kind)), { highWaterMark: 1 << 20 })) {
        hash.update(chunk as Buffer);
      }
      if (hash.digest("hex") !== manifest.splits[split].sha256[kind]) return false;
    }
  }
  return true;
}
