/** @file The end of a run: the adapter (or the whole model) on disk, read back and compared with what was trained. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTER_WEIGHTS_FILE, writeAdapter } from "../lora/adapter-format";
import { durableWrite } from "../safetensors/durable-write";
import { openSafetensors } from "../safetensors/open-safetensors";
import { writeSafetensors } from "../safetensors/write-safetensors";
import type { Parameter, TrainableModel } from "../types";
import { replaceFolder } from "./checkpoint";

const COPIED_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "generation_config.json",
  "chat_template.jinja",
];

/**
 * Writes `adapter/` (PEFT's format) or, for full fine-tuning, `model/` (a Hugging Face model folder), all F32.
 * @returns the folder's path
 * @throws Error when the file, read again, differs in any byte from what is in memory
 */
export async function saveResult(options: {
  runDir: string;
  modelDir: string;
  model: Pick<TrainableModel, "parameters" | "adapter">;
}): Promise<string> {
  const { runDir, modelDir, model } = options;
  const adapter = model.adapter?.result() ?? null;
  const tensors = adapter?.tensors ?? model.parameters;
  const temporary = join(runDir, `.writing-${randomUUID()}`);
  const final = join(runDir, adapter ? "adapter" : "model");
  await mkdir(temporary, { recursive: true });
  try {
    if (adapter) await writeAdapter(temporary, adapter.settings, adapter.tensors);
    else {
      await writeSafetensors(join(temporary, "model.safetensors"), tensors);
      await copyModelFiles(modelDir, temporary);
    }
    await replaceFolder(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await verifyTensors(join(final, adapter ? ADAPTER_WEIGHTS_FILE : "model.safetensors"), tensors);
  return final;
}

/** `dtype` in the configuration must say what the weights now are, or transformers would round them on loading. */
async function copyModelFiles(modelDir: string, target: string): Promise<void> {
  const config = JSON.parse(await readFile(join(modelDir, "config.json"), "utf8")) as Record<string, unknown>;
  config[Object.hasOwn(config, "dtype") ? "dtype" : "torch_dtype"] = "float32";
  await durableWrite(join(target, "config.json"), async (handle) =>
    handle.writeFile(`${JSON.stringify(config, null, 2)}\n`),
  );
  for (const name of COPIED_FILES) {
    const bytes = await readFile(join(modelDir, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return null;
    });
    if (bytes) await durableWrite(join(target, name), async (handle) => handle.writeFile(bytes));
  }
}

/** Byte for byte, so that -0 and NaN patterns count too. */
export async function verifyTensors(
  path: string,
  tensors: readonly Pick<Parameter, "name" | "shape" | "data">[],
): Promise<void> {
  const file = await openSafetensors(path);
  try {
    if (file.tensors.size !== tensors.length)
      throw new Error(`${path} holds ${file.tensors.size} tensors, expected ${tensors.length}`);
    for (const { name, shape, data } of tensors) {
      const stored = file.tensors.get(name);
      const expected = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      if (
        stored?.dtype !== "F32" ||
        stored.shape.join() !== shape.join() ||
        !expected.equals(await file.readRaw(name))
      ) {
        throw new Error(`${path}: tensor ${name} differs from what was trained`);
      }
    }
  } finally {
    await file.close();
  }
}
