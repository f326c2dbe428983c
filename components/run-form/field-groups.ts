/** @file Which settings stand together. The basics are always in sight; each other group is folded under one plain line. */
import type { FieldKey } from "./field-specs";

export const BASIC_FIELDS: FieldKey[] = ["method", "epochs", "batch_size", "learning_rate", "max_seq_length"];

/** What of the data is trained on; those that mean nothing beside the chosen objective are left out. */
export const OBJECTIVE_FIELDS: FieldKey[] = [
  "objective",
  "fim_rate",
  "fim_spm_rate",
  "fim_span",
  "fim_loss",
  "train_on_inputs",
  "include_amphigory",
  "amphigory_ratio",
];

export interface FieldGroup {
  title: string;
  /** What it is about, in one line. */
  about: string;
  fields: FieldKey[];
}

/** With the target modules, which have a field of their own. */
export const ADAPTER_GROUP: FieldGroup = {
  title: "Adapter",
  about: "How large the extra matrices are, and which layers get them.",
  fields: ["rank", "alpha", "lora_dropout", "init_lora_weights"],
};

export const ADAPTER_DETAILS_GROUP: FieldGroup = {
  title: "Adapter, in detail",
  about: "LoRA+, single layers, ranks by module, going on from an adapter.",
  fields: [
    "loraplus_lr_ratio",
    "use_rslora",
    "modules_to_save",
    "exclude_modules",
    "layers_to_transform",
    "layers_pattern",
    "rank_pattern",
    "alpha_pattern",
    "init_adapter",
  ],
};

export const COMMON_GROUPS: FieldGroup[] = [
  {
    title: "Length and schedule",
    about: "How many steps there are, and how the learning rate rises and falls over them.",
    fields: ["warmup_steps", "scheduler", "num_cycles", "decay_ratio", "max_steps", "gradient_accumulation_steps"],
  },
  {
    title: "Measuring and keeping",
    about: "What is held out, how often the loss on it is measured, and which step you get in the end.",
    fields: [
      "eval_split",
      "eval_interval",
      "max_eval_tokens",
      "load_best_model_at_end",
      "early_stopping_patience",
      "early_stopping_threshold",
      "checkpoint_interval",
    ],
  },
  {
    title: "Optimizer",
    about: "How gradients become steps, and what keeps them in check.",
    fields: [
      "optimizer",
      "adam_beta1",
      "adam_beta2",
      "adam_epsilon",
      "lion_beta1",
      "lion_beta2",
      "muon_momentum",
      "weight_decay",
      "max_grad_norm",
      "layerwise_lr_decay",
      "neftune_noise_alpha",
    ],
  },
  {
    title: "Machine and memory",
    about: "Where it runs, how frozen weights are held, what is computed again, and the seed of all that is random.",
    fields: ["device", "base_precision", "gradient_checkpointing", "weight_offload", "engine", "seed"],
  },
];
