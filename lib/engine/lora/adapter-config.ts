/** @file What goes into `adapter_config.json`; contracts/adapter-config.ts reads it. */
import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import { isAllLinear, listModuleNames } from "@/lib/contracts/select-modules";
import { parseAdapterTensorName } from "./adapter-names";

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
