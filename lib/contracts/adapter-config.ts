/** @file PEFT's `adapter_config.json` (LoraConfig), and the settings of a run that it stands for. */
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { patternProblem } from "./name-pattern";
import type { RunConfig } from "./run-config";

export const ADAPTER_CONFIG_FILE = "adapter_config.json";
export const MAX_ADAPTER_CONFIG_BYTES = 1_000_000;

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
const AdapterConfig = z
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

/**
 * @param path names the file in errors
 * @throws AppError invalid_input naming the setting that cannot be applied
 */
export function parseAdapterConfig(json: string, path: string): AdapterSettings {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    throw new AppError("invalid_input", `${path} is not valid JSON.`, { cause });
  }
  const parsed = AdapterConfig.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const message = `${path}: ${issue?.path.join(".") || "it"} ${issue?.message}.`;
  throw new AppError("invalid_input", message, { cause: parsed.error });
}

/** A run's settings where it goes on from an adapter: what that was trained with holds, but dropout stays the run's own. */
export function withAdapterSettings<Config extends Partial<RunConfig>>(
  config: Config,
  adapter: AdapterSettings,
): Config {
  const { fanInFanOut: _, baseModel: __, lora_dropout: ___, ...settings } = adapter;
  return { ...config, ...settings };
}
