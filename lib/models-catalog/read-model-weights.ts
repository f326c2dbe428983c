/** @file The weights of a model folder by their headers: one `model.safetensors`, or the shards that its index lists. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { readSafetensorsHeader, type SafetensorsHeader } from "./read-safetensors-header";

export const WEIGHTS_FILE = "model.safetensors";
export const SHARD_INDEX_FILE = "model.safetensors.index.json";

const MAX_INDEX_BYTES = 100_000_000;
const MAX_SHARDS = 1000;

const ShardIndex = z.object({
  // A shard is a file beside the index: anything with a path in it is refused.
  weight_map: z.record(z.string(), z.string().regex(/^[^/\\\0]+\.safetensors$/)),
});

/** As the engine does, the single file first. Throws AppError `invalid_input` naming the file that is broken or missing. */
export async function readModelWeights(folder: string): Promise<SafetensorsHeader> {
  const hasSingleFile = (await stat(join(folder, WEIGHTS_FILE)).catch(() => null)) !== null;
  const indexPath = join(folder, SHARD_INDEX_FILE);
  const index = hasSingleFile ? null : await stat(indexPath).catch(() => null);
  if (index === null) return readSafetensorsHeader(join(folder, WEIGHTS_FILE));
  const all: SafetensorsHeader = { tensors: [], bytes: 0 };
  const shardOf = await readShardIndex(indexPath, index.size);
  for (const shard of new Set(shardOf.values())) {
    const { tensors, bytes } = await readSafetensorsHeader(join(folder, shard));
    all.tensors = all.tensors.concat(tensors.filter(({ name }) => shardOf.get(name) === shard));
    all.bytes += bytes;
  }
  return all;
}

async function readShardIndex(path: string, bytes: number): Promise<Map<string, string>> {
  const broken = (why: string, cause?: unknown) => new AppError("invalid_input", `${path} ${why}.`, { cause });
  if (bytes > MAX_INDEX_BYTES) throw broken(`is larger than ${MAX_INDEX_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw broken("is no valid JSON", cause);
  }
  const index = ShardIndex.safeParse(json);
  if (!index.success) throw broken("does not list .safetensors files beside it", index.error);
  const shardOf = new Map(Object.entries(index.data.weight_map));
  const shards = new Set(shardOf.values()).size;
  if (shards > MAX_SHARDS) throw broken(`lists ${shards} files, at most ${MAX_SHARDS} are read`);
  return shardOf;
}
