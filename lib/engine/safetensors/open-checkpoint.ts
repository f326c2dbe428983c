/** @file A model folder's weights: one `model.safetensors`, or shards listed by `model.safetensors.index.json`. */
import { access, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { openSafetensors, type SafetensorsFile } from "./open-safetensors";
import type { SafetensorsTensor } from "./parse-header";
import type { Half } from "./widen";

const MAX_INDEX_BYTES = 100_000_000;
const MAX_SHARDS = 1000;

const ShardIndex = z.object({
  // A shard is a file beside the index: anything with a path in it is refused.
  weight_map: z.record(
    z.string(),
    z.string().regex(/^[^/\\\0]+\.safetensors$/, "is not the name of a .safetensors file beside it"),
  ),
});

export interface CheckpointTensor extends SafetensorsTensor {
  /** The file that holds it; `byteOffset` counts from its start. */
  path: string;
}

export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  read(name: string): Promise<Float32Array>;
  readHalf(name: string): Promise<Half>;
  readRaw(name: string): Promise<Uint8Array>;
  readRawInto(name: string, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the weights of a Hugging Face model folder.
 * @throws AppError not_found when the folder has neither file; invalid_input when one is broken or shards disagree
 */
export async function openCheckpoint(modelDir: string): Promise<Checkpoint> {
  const single = join(modelDir, "model.safetensors");
  const indexPath = join(modelDir, "model.safetensors.index.json");
  if (await exists(single)) {
    const file = await openSafetensors(single);
    return checkpointOf(new Map([...file.tensors.keys()].map((name) => [name, file])), [file]);
  }
  if (!(await exists(indexPath))) {
    throw new AppError(
      "not_found",
      `${modelDir} has no model.safetensors; choose a folder with a model in safetensors format.`,
    );
  }
  const weightMap = await readIndex(indexPath);
  const shardNames = [...new Set(weightMap.values())];
  if (shardNames.length > MAX_SHARDS) {
    throw new AppError(
      "invalid_input",
      `${indexPath} lists ${shardNames.length} files, at most ${MAX_SHARDS} are read.`,
    );
  }
  const files = new Map<string, SafetensorsFile>();
  try {
    for (const shard of shardNames) files.set(shard, await openSafetensors(join(modelDir, shard)));
    const owners = new Map<string, SafetensorsFile>();
    for (const [name, shard] of weightMap) {
      const file = files.get(shard) as SafetensorsFile;
      if (!file.tensors.has(name)) {
        throw new AppError(
          "invalid_input",
          `${indexPath} says that ${shard} holds ${JSON.stringify(name)}, but it does not.`,
        );
      }
      owners.set(name, file);
    }
    return checkpointOf(owners, [...files.values()]);
  } catch (error) {
    await Promise.all([...files.values()].map((file) => file.close()));
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readIndex(path: string): Promise<Map<string, string>> {
  const handle = await open(path, "r");
  try {
    if ((await handle.stat()).size > MAX_INDEX_BYTES) {
      throw new AppError("invalid_input", `${path} is larger than ${MAX_INDEX_BYTES} bytes.`);
    }
    const parsed = ShardIndex.safeParse(JSON.parse(await handle.readFile("utf8")));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new AppError("invalid_input", `${path}: ${issue?.path.join(".")} ${issue?.message}.`, {
        cause: parsed.error,
      });
    }
    return new Map(Object.entries(parsed.data.weight_map));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid_input", `${path} is not valid JSON.`, { cause: error });
  } finally {
    await handle.close();
  }
}

function checkpointOf(owners: ReadonlyMap<string, SafetensorsFile>, files: readonly SafetensorsFile[]): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, file] of owners) {
    tensors.set(name, { ...(file.tensors.get(name) as SafetensorsTensor), path: file.path });
  }
  const owner = (name: string): SafetensorsFile => {
    const file = owners.get(name);
    if (!file)
      throw new AppError(
        "invalid_input",
        `${files[0]?.path ?? "The model"} has no tensor named ${JSON.stringify(name)}.`,
      );
    return file;
  };
  return {
    tensors,
    read: async (name) => owner(name).read(name),
    readHalf: async (name) => owner(name).readHalf(name),
    readRaw: async (name) => owner(name).readRaw(name),
    readRawInto: async (name, target) => owner(name).readRawInto(name, target),
    close: async () => {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}
