/**
 * @file PEFT's adapter folder: `adapter_config.json` and `adapter_model.safetensors`, as PEFT ≥ 0.14 writes them.
 * Spec: https://huggingface.co/docs/peft/developer_guides/checkpoint
 */
import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  ADAPTER_CONFIG_FILE,
  type AdapterSettings,
  MAX_ADAPTER_CONFIG_BYTES,
  parseAdapterConfig,
} from "@/lib/contracts/adapter-config";
import { patternValue, selectSavedWeights } from "@/lib/contracts/select-modules";
import { AppError } from "@/lib/errors";
import { durableWrite } from "../safetensors/durable-write";
import { openSafetensors } from "../safetensors/open-safetensors";
import { type WritableTensor, writeSafetensors } from "../safetensors/write-safetensors";
import { adapterConfig } from "./adapter-config";
import { type AdapterPart, adapterTensorName, parseAdapterTensorName, parseSavedWeightName } from "./adapter-names";

export const ADAPTER_WEIGHTS_FILE = "adapter_model.safetensors";

/** Writes both files into an existing folder; tensors are named as adapter-names.ts says and stored as F32. */
export async function writeAdapter(
  dir: string,
  settings: AdapterSettings,
  tensors: readonly WritableTensor[],
): Promise<void> {
  const stranger = tensors.find(
    ({ name }) => parseAdapterTensorName(name) === null && parseSavedWeightName(name) === null,
  );
  if (stranger) throw new AppError("internal", `${JSON.stringify(stranger.name)} is not an adapter tensor.`);
  await writeSafetensors(join(dir, ADAPTER_WEIGHTS_FILE), tensors);
  const json = `${JSON.stringify(adapterConfig(settings), null, 2)}\n`;
  await durableWrite(join(dir, ADAPTER_CONFIG_FILE), async (handle) => handle.writeFile(json));
}

export interface Adapter {
  settings: AdapterSettings;
  tensors: Map<string, { shape: readonly number[]; data: Float32Array }>;
}

/**
 * Reads a PEFT LoRA adapter.
 * @throws AppError not_found or invalid_input naming the file and the setting or tensor
 */
export async function readAdapter(dir: string): Promise<Adapter> {
  const settings = await readAdapterConfig(join(dir, ADAPTER_CONFIG_FILE));
  const file = await openSafetensors(join(dir, ADAPTER_WEIGHTS_FILE));
  try {
    const tensors: Adapter["tensors"] = new Map();
    for (const [name, { shape }] of file.tensors) {
      const problem = tensorProblem(name, shape, settings, (other) => file.tensors.has(other));
      if (problem) throw new AppError("invalid_input", `${file.path}: tensor ${JSON.stringify(name)} ${problem}.`);
      tensors.set(name, { shape, data: await file.read(name) });
    }
    return { settings, tensors };
  } finally {
    await file.close();
  }
}

/** What is wrong with a tensor, or null. */
function tensorProblem(
  name: string,
  shape: readonly number[],
  { method, rank, rank_pattern: rankPattern, modules_to_save: saved }: AdapterSettings,
  exists: (name: string) => boolean,
): string | null {
  const weight = parseSavedWeightName(name);
  if (weight !== null)
    return selectSavedWeights([weight], saved).length > 0 ? null : "belongs to no module of modules_to_save";
  const parsed = parseAdapterTensorName(name);
  if (!parsed) return "is no LoRA matrix";
  const { module, part } = parsed;
  if (part === "magnitude") {
    if (method !== "dora") return "is DoRA's, but use_dora is false";
    if (shape.length !== 1) return `must have one axis, its shape is [${shape.join(", ")}]`;
  } else {
    const expected = patternValue(rankPattern, module, rank);
    if (shape.length !== 2 || shape[part === "A" ? 0 : 1] !== expected)
      return `must have rank ${expected}, its shape is [${shape.join(", ")}]`;
  }
  const others: AdapterPart[] = method === "dora" ? ["A", "B", "magnitude"] : ["A", "B"];
  const missing = others.map((other) => adapterTensorName(module, other)).find((other) => !exists(other));
  return missing === undefined ? null : `has no partner ${missing}`;
}

/** @throws AppError not_found or invalid_input naming the file and the setting */
async function readAdapterConfig(path: string): Promise<AdapterSettings> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new AppError("not_found", `${path} cannot be opened; choose a folder with a PEFT adapter.`, { cause: error });
  });
  try {
    if ((await handle.stat()).size > MAX_ADAPTER_CONFIG_BYTES)
      throw new AppError("invalid_input", `${path} is larger than 1 MB.`);
    return parseAdapterConfig(await handle.readFile("utf8"), path);
  } finally {
    await handle.close();
  }
}
