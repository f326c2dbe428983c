/** @file `adapter_config.json`: PEFT's LoraConfig, and the settings of a run that it stands for. */
import { z } from "zod";
import { patternProblem } from "@/lib/contracts/name-pattern";
import type { RunConfig } from "@/lib/contracts/run-config";
import { isAllLinear, listModuleNames } from "@/lib/contracts/select-modules";
import { parseAdapterTensorName } from "./adapter-names";

/** What an adapter was trained with, by the names of a run's settings. */
export interface AdapterSettings
  extends Pick<
    RunConfig,
    | "rank"
    | "alpha"
    | "use_rslora"
    | "target_modules"
    | "exclude_modules"
    | "layers_to_transform"
    | "layers_pattern"
    | "rank_pattern"
    | "alpha_pattern"
    | "modules_to_save"
    | "lora_dropout"
    | "init_lora_weights"
  > {
  method: "lora" | "rslora" | "dora";
  /** The adapted layers keep their weights as [in, out], as GPT-2's Conv1D does; lora_A and lora_B lie the same either way. */
  fanInFanOut: boolean;
  baseModel: string;
}

/** The targets to put into an adapter's configuration: "all-linear" is replaced by the names it stood for. */
export function adapterTargetModules(targets: string | string[], tensorNames: readonly string[]): string | string[] {
  if (!isAllLinear(targets)) return targets;
  return listModuleNames(tensorNames.flatMap((name) => parseAdapterTensorName(name)?.module ?? [])).toSorted();
}

const orNull = <T>(list: readonly T[]) => (list.length > 0 ? list : null);

/** Keys and defaults of PEFT 0.14's LoraConfig; later versions fill in what they added, earlier ones warn. */
export function adapterConfig(settings: AdapterSettings): Record<string, unknown> {
  const { exclude_modules: excluded, init_lora_weights: init } = settings;
  return {
    alpha_pattern: settings.alpha_pattern,
    auto_mapping: null,
    base_model_name_or_path: settings.baseModel,
    bias: "none",
    eva_config: null,
    exclude_modules: typeof excluded === "string" ? excluded : orNull(excluded),
    fan_in_fan_out: settings.fanInFanOut,
    inference_mode: true,
    init_lora_weights: init === "default" ? true : init,
    layer_replication: null,
    layers_pattern: orNull(settings.layers_pattern),
    layers_to_transform: orNull(settings.layers_to_transform),
    loftq_config: {},
    lora_alpha: settings.alpha,
    lora_bias: false,
    lora_dropout: settings.lora_dropout,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: orNull(settings.modules_to_save),
    peft_type: "LORA",
    r: settings.rank,
    rank_pattern: settings.rank_pattern,
    revision: null,
    target_modules: settings.target_modules,
    task_type: "CAUSAL_LM",
    use_dora: settings.method === "dora",
    use_rslora: settings.use_rslora || settings.method === "rslora",
  };
}

const asList = <T extends z.ZodType>(item: T) =>
  z
    .union([z.array(item), item])
    .nullish()
    .transform((value): z.output<T>[] =>
      value === null || value === undefined ? [] : ([value].flat() as z.output<T>[]),
    );
const pattern = z.string().superRefine((text, context) => {
  const problem = patternProblem(text);
  if (problem) context.addIssue({ code: "custom", message: `has a pattern that is not understood: ${problem}` });
});
/** PEFT's null, false, or empty. */
const unused = (message: string) =>
  z
    .unknown()
    .refine((value) => {
      const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
      return value === undefined || value === null || value === false || isEmpty;
    }, message)
    .optional();

/** How lora_A began matters only where the base model was changed with it. */
const HARMLESS_STARTS = ["gaussian", "eva", "orthogonal"];
const initialisation = z
  .union([z.boolean(), z.string()])
  .nullish()
  .transform((value, context) => {
    if (typeof value !== "string" || HARMLESS_STARTS.includes(value)) return "default";
    if (/^pissa(_niter_\d{1,3})?$/.test(value)) return value;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(value)} changes the base model in a way that is not supported; convert the adapter to plain LoRA`,
    });
    return z.NEVER;
  });

/** What this engine can apply; anything else is refused, never ignored. Keys that mean nothing for a trained adapter pass. */
export const ReadableAdapterConfig = z
  .looseObject({
    peft_type: z.literal("LORA", { error: "must be LORA" }),
    r: z.int().min(1).max(65536),
    lora_alpha: z.number().min(0),
    target_modules: z.union([z.array(z.string()), pattern]),
    base_model_name_or_path: z.string().nullish(),
    use_rslora: z.boolean().nullish(),
    use_dora: z.boolean().nullish(),
    lora_dropout: z.number().min(0).max(1).nullish(),
    init_lora_weights: initialisation,
    exclude_modules: z.union([z.array(z.string()), pattern]).nullish(),
    layers_to_transform: asList(z.int().min(0)),
    layers_pattern: asList(pattern),
    rank_pattern: z.record(pattern, z.int().min(1).max(65536)).nullish(),
    alpha_pattern: z.record(pattern, z.number().min(0)).nullish(),
    modules_to_save: asList(z.string()),
    // Says how the base model's own weights lie, which its architecture knows better: PEFT too goes by the layer's type.
    fan_in_fan_out: z.boolean().nullish(),
    bias: z.literal("none", { error: "must be none" }).nullish(),
    lora_bias: unused("must be false"),
    layer_replication: unused("is not supported"),
    target_parameters: unused("is not supported"),
    trainable_token_indices: unused("is not supported"),
    ensure_weight_tying: unused("is not supported"),
    alora_invocation_tokens: unused("is not supported"),
    use_qalora: unused("is not supported"),
    use_bdlora: unused("is not supported"),
    arrow_config: unused("is not supported"),
    kasa_config: unused("is not supported"),
    velora_config: unused("is not supported"),
    monteclora_config: unused("is not supported"),
  })
  .transform(
    (config): AdapterSettings => ({
      method: config.use_dora ? "dora" : config.use_rslora ? "rslora" : "lora",
      rank: config.r,
      alpha: config.lora_alpha,
      use_rslora: config.use_rslora === true,
      target_modules: config.target_modules,
      exclude_modules: config.exclude_modules ?? [],
      layers_to_transform: config.layers_to_transform,
      layers_pattern: config.layers_pattern,
      rank_pattern: config.rank_pattern ?? {},
      alpha_pattern: config.alpha_pattern ?? {},
      modules_to_save: config.modules_to_save,
      lora_dropout: config.lora_dropout ?? 0,
      init_lora_weights: config.init_lora_weights,
      fanInFanOut: config.fan_in_fan_out === true,
      baseModel: config.base_model_name_or_path ?? "",
    }),
  );
