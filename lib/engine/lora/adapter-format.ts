/**
 * @file PEFT's adapter folder: `adapter_config.json` and `adapter_model.safetensors`, as PEFT ≥ 0.14 writes them.
 * Spec: https://huggingface.co/docs/peft/developer_guides/checkpoint
 */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isAllLinear, listModuleNames } from "@/lib/contracts/select-modules";
import { AppError } from "@/lib/errors";
import { durableWrite } from "../safetensors/durable-write";
import { openSafetensors } from "../safetensors/open-safetensors";
import { type WritableTensor, writeSafetensors } from "../safetensors/write-safetensors";

export const ADAPTER_CONFIG_FILE = "adapter_config.json";
export const ADAPTER_WEIGHTS_FILE = "adapter_model.safetensors";

const PREFIX = "base_model.model.";
const TENSOR_NAME = /^base_model\.model\.(.+)\.lora_(A|B)\.weight$/;
const MAX_CONFIG_BYTES = 1_000_000;

/** lora_A [rank, in] and lora_B [out, rank]; the adapted layer computes W·x + scaling · B·(A·x). */
export function adapterTensorName(module: string, part: "A" | "B"): string {
  return `${PREFIX}${module}.lora_${part}.weight`;
}

/** "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight" → module and part; null for any other name. */
export function parseAdapterTensorName(name: string): { module: string; part: "A" | "B" } | null {
  const match = TENSOR_NAME.exec(name);
  return match ? { module: match[1] as string, part: match[2] as "A" | "B" } : null;
}

export interface AdapterSettings {
  rank: number;
  alpha: number;
  useRslora: boolean;
  /** The adapted layers keep their weights as [in, out], as GPT-2's Conv1D does; lora_A and lora_B lie the same either way. */
  fanInFanOut?: boolean;
  /** Name parts, or a pattern, that choose exactly the adapted modules by PEFT's rules. */
  targetModules: string | readonly string[];
  baseModel: string;
}

/** The targets to put into an adapter's configuration: "all-linear" is replaced by the names it stood for. */
export function adapterTargetModules(
  targets: string | string[],
  tensorNames: readonly string[],
): string | readonly string[] {
  if (!isAllLinear(targets)) return targets;
  return listModuleNames(tensorNames.flatMap((name) => parseAdapterTensorName(name)?.module ?? [])).toSorted();
}

/** Keys and defaults of PEFT 0.14's LoraConfig; later versions fill in what they added, earlier ones warn. */
export function adapterConfig(settings: AdapterSettings): Record<string, unknown> {
  return {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: settings.baseModel,
    bias: "none",
    eva_config: null,
    exclude_modules: null,
    fan_in_fan_out: settings.fanInFanOut === true,
    inference_mode: true,
    init_lora_weights: true,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    loftq_config: {},
    lora_alpha: settings.alpha,
    lora_bias: false,
    lora_dropout: 0,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: null,
    peft_type: "LORA",
    r: settings.rank,
    rank_pattern: {},
    revision: null,
    target_modules: settings.targetModules,
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: settings.useRslora,
  };
}

/** Writes both files into an existing folder; tensors are named as `adapterTensorName` says and stored as F32. */
export async function writeAdapter(
  dir: string,
  settings: AdapterSettings,
  tensors: readonly WritableTensor[],
): Promise<void> {
  const stranger = tensors.find(({ name }) => parseAdapterTensorName(name) === null);
  if (stranger) throw new AppError("internal", `${JSON.stringify(stranger.name)} is not an adapter tensor.`);
  await writeSafetensors(join(dir, ADAPTER_WEIGHTS_FILE), tensors);
  const json = `${JSON.stringify(adapterConfig(settings), null, 2)}\n`;
  await durableWrite(join(dir, ADAPTER_CONFIG_FILE), async (handle) => handle.writeFile(json));
}

/** What this engine can apply; anything else (DoRA, patterns, modules_to_save, …) is refused, never ignored. */
const ReadableConfig = z.looseObject({
  peft_type: z.literal("LORA", { error: "must be LORA" }),
  r: z.int().min(1).max(65536),
  lora_alpha: z.number().min(0),
  target_modules: z.union([z.array(z.string()), z.string().transform((name) => [name])]),
  base_model_name_or_path: z.string().nullish(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.literal(false, { error: "must be false: DoRA adapters are not supported" }).nullish(),
  // Says how the base model's own weights lie, which its architecture knows better: PEFT too goes by the layer's type.
  fan_in_fan_out: z.boolean().nullish(),
  bias: z.literal("none", { error: "must be none" }).nullish(),
  modules_to_save: z.union([z.null(), z.tuple([])], { error: "must be empty" }).optional(),
  alpha_pattern: z.record(z.string(), z.never({ error: "is not supported" })).nullish(),
  rank_pattern: z.record(z.string(), z.never({ error: "is not supported" })).nullish(),
});

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
      const parsed = parseAdapterTensorName(name);
      const fits = shape.length === 2 && shape[parsed?.part === "A" ? 0 : 1] === settings.rank;
      if (!parsed || !fits) {
        const expected = parsed
          ? `must have rank ${settings.rank}, its shape is [${shape.join(", ")}]`
          : "is no LoRA matrix";
        throw new AppError("invalid_input", `${file.path}: tensor ${JSON.stringify(name)} ${expected}.`);
      }
      const partner = adapterTensorName(parsed.module, parsed.part === "A" ? "B" : "A");
      if (!file.tensors.has(partner)) {
        throw new AppError("invalid_input", `${file.path}: tensor ${JSON.stringify(name)} has no partner ${partner}.`);
      }
      tensors.set(name, { shape, data: await file.read(name) });
    }
    return { settings, tensors };
  } finally {
    await file.close();
  }
}

async function readAdapterConfig(path: string): Promise<AdapterSettings> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new AppError("not_found", `${path} cannot be opened; choose a folder with a PEFT adapter.`, { cause: error });
  });
  try {
    if ((await handle.stat()).size > MAX_CONFIG_BYTES)
      throw new AppError("invalid_input", `${path} is larger than 1 MB.`);
    const parsed = ReadableConfig.safeParse(JSON.parse(await handle.readFile("utf8")));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new AppError("invalid_input", `${path}: ${issue?.path.join(".") || "it"} ${issue?.message}.`, {
        cause: parsed.error,
      });
    }
    return {
      rank: parsed.data.r,
      alpha: parsed.data.lora_alpha,
      useRslora: parsed.data.use_rslora === true,
      fanInFanOut: parsed.data.fan_in_fan_out === true,
      targetModules: parsed.data.target_modules,
      baseModel: parsed.data.base_model_name_or_path ?? "",
    };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid_input", `${path} is not valid JSON.`, { cause: error });
  } finally {
    await handle.close();
  }
}
