/**
 * @file One schema for the form, the API, the CLI, the database and Python.
 * The six original fields keep their snake_case names and ranges, and configurations of the predecessor stay valid.
 */
import { z } from "zod";
import { adapterStartProblem } from "./adapter-start-problem";
import { finite, whole } from "./bounded-number";
import { patternProblem } from "./name-pattern";
import { ObjectiveSettings } from "./objective-settings";
import { weightsProblem } from "./weights-problem";
import "./zod-words";

/**
 * How the frozen matrices of linear layers are held: fp32; bf16, which is also f16 where the file has that; int8 with a
 * scale per channel; nf4, QLoRA's 4 bits with a scale for 64 weights. Products are 8-bit for int8, else float32.
 */
export const BASE_PRECISIONS = ["fp32", "bf16", "int8", "nf4"] as const;
export type BasePrecision = (typeof BASE_PRECISIONS)[number];

export const WEIGHT_OFFLOADS = ["auto", "none", "disk"] as const;
export const CHECKPOINTINGS = ["auto", "on", "off"] as const;

export const METHODS = ["lora", "rslora", "dora", "full"] as const;
export const OPTIMIZERS = ["adamw", "adamw_8bit", "adafactor", "lion", "muon"] as const;
export const SCHEDULERS = ["linear", "cosine", "cosine_with_restarts", "constant", "wsd"] as const;
export const ENGINES = ["onnx"] as const;
export const DEVICES = ["auto", "cpu", "webgpu", "cuda"] as const;

/** Names of the linear layers of a decoder block, as published checkpoints name them. "all-linear" is PEFT's word for all of them. */
export const ALL_LINEAR = "all-linear";

const TABLE = "must be like q_proj=32, up_proj=4";
const moduleName = z.string().trim().min(1, "needs a name").max(200);
/** A pattern in Python's notation, as PEFT takes it; see name-pattern.ts. */
const pattern = moduleName.superRefine((text, context) => {
  const problem = patternProblem(text);
  if (problem) context.addIssue({ code: "custom", message: problem });
});

const Settings = z.strictObject({
  /** Model folder or id, e.g. "codetune/tiny-code". Called model_type since the predecessor. */
  model_type: z.string().trim().min(1, "choose a model").max(200),
  /** Dataset id (`ds_…`) or the name of one, e.g. "this-repository". */
  dataset_name: z.string().trim().min(1, "choose a dataset").max(200),
  /** Sequences per optimizer micro-batch. */
  batch_size: whole(1, 128).default(16),
  learning_rate: finite(1e-6, 1e-2).default(2e-5),
  epochs: whole(1, 100).default(3),
  /** Tokens per packed sequence; at most the model's context, which is checked when the model is known. */
  max_seq_length: whole(64, 131072).default(128),
  /** Optimizer steps of linear warm-up; must be below the run's total steps, which is checked when the dataset is known. */
  warmup_steps: whole(0, 1000).default(100),

  ...ObjectiveSettings.shape,

  method: z.enum(METHODS).default("lora"),
  rank: whole(1, 512).default(16),
  alpha: finite(0.01, 4096).default(32),
  /** Last name parts of linear layers ("q_proj"), or ["all-linear"]; a string is a pattern that whole names match. */
  target_modules: z
    .union([pattern, z.array(moduleName).min(1, "choose at least one module").max(2048)])
    .default([ALL_LINEAR]),

  // The fields of adapters from here on carry the names and mean what they mean in PEFT's LoraConfig.
  /** Scales by alpha / √rank instead of alpha / rank; method rslora does so in any case. */
  use_rslora: z.boolean().default(false),
  /** Share of a linear layer's inputs that its adapter does not see in a training step. */
  lora_dropout: finite(0, 0.9).default(0),
  /** "default" (B is zero), "pissa" (the weight's principal part), or "pissa_niter_16": the same, found fast by 16 iterations. */
  init_lora_weights: z
    .string()
    .regex(/^(default|pissa|pissa_niter_\d{1,3})$/, "must be default, pissa or pissa_niter_16 (or another number)")
    .default("default"),
  /** LoRA+: how many times faster B learns than A. */
  loraplus_lr_ratio: finite(1, 1000).default(1),
  /** Modules that get no adapter although they are targets: names, or a pattern. */
  exclude_modules: z.union([pattern, z.array(moduleName).max(2048)]).default([]),
  /** Numbers of the layers that get adapters; none means all. */
  layers_to_transform: z.array(whole(0, 1023)).max(1024).default([]),
  /** What comes before the layer's number in names ("layers", "h"), where that is not clear. */
  layers_pattern: z.array(pattern).max(16).default([]),
  /** Ranks and alphas of single modules, by pattern of their names' ends. */
  rank_pattern: z.record(pattern, whole(1, 512), TABLE).default({}),
  alpha_pattern: z.record(pattern, finite(0.01, 4096), TABLE).default({}),
  /** Modules that are trained whole beside the adapters and saved with them, e.g. "lm_head", "embed_tokens", "norm". */
  modules_to_save: z.array(moduleName).max(256).default([]),
  /** Folder of an adapter to go on from; empty begins a new one. */
  init_adapter: z.string().trim().max(1000).default(""),
  base_precision: z.enum(BASE_PRECISIONS).default("fp32"),
  /** "disk" leaves the layers' frozen matrices in the checkpoint's files and reads them when their turn comes; "auto" does so where they don't fit. */
  weight_offload: z.enum(WEIGHT_OFFLOADS).default("auto"),
  /** "on" keeps only each layer's input for the backward pass and computes the rest again; "auto" keeps up to 640 MiB, by the model's size. */
  gradient_checkpointing: z.enum(CHECKPOINTINGS).default("auto"),
  /** Muon is for matrices inside the layers; embedding, head and vectors are AdamW's then. */
  optimizer: z.enum(OPTIMIZERS).default("adamw"),
  adam_beta1: finite(0, 0.9999).default(0.9),
  adam_beta2: finite(0, 0.99999).default(0.999),
  adam_epsilon: finite(1e-12, 1e-2).default(1e-8),
  lion_beta1: finite(0, 0.9999).default(0.9),
  lion_beta2: finite(0, 0.99999).default(0.99),
  muon_momentum: finite(0, 0.9999).default(0.95),
  weight_decay: finite(0, 1).default(0),
  /** Learning rate of a layer ÷ that of the layer above it, from the head (at the full rate) down to the embedding. */
  layerwise_lr_decay: finite(0.1, 1).default(1),
  scheduler: z.enum(SCHEDULERS).default("linear"),
  /** How often "cosine_with_restarts" falls to 0. */
  num_cycles: whole(1, 1000).default(2),
  /** Share of all steps over which "wsd" falls to 0, at its end; never before the warm-up is over. */
  decay_ratio: finite(0.01, 1).default(0.2),
  gradient_accumulation_steps: whole(1, 1024).default(1),
  /** Global L2 norm to clip to; 0 turns clipping off. */
  max_grad_norm: finite(0, 1000).default(1),
  /** NEFTune: noise of this size on the embedding while training; 0 turns it off. Transformers' name. */
  neftune_noise_alpha: finite(0, 1000).default(0),
  seed: whole(0, 2147483647).default(42),
  /** Share of files held out for evaluation. */
  eval_split: finite(0, 0.5).default(0.1),
  /** Evaluate every n optimizer steps; 0 means at the start and the end of the run only. */
  eval_interval: whole(0, 100000).default(50),
  /** Positions evaluated at most, padding included; more are reduced to evenly spread sequences. 0 means all. */
  max_eval_tokens: whole(0, 2147483647).default(16384),
  // The names and meanings of these three are transformers'.
  /** Ends the run when this many evaluations in a row did not improve the held-out loss; 0 turns it off. */
  early_stopping_patience: whole(0, 1000).default(0),
  /** By how much, in nats per token, the loss must fall below the lowest so far to count as an improvement. */
  early_stopping_threshold: finite(0, 100).default(0),
  /** The adapter (or model) that is handed over is the one with the lowest held-out loss, not the last. */
  load_best_model_at_end: z.boolean().default(false),
  /** Write a checkpoint every n optimizer steps; 0 means only at stop and end. */
  checkpoint_interval: whole(0, 100000).default(50),
  /** Caps the number of optimizer steps; 0 means all epochs. */
  max_steps: whole(0, 10000000).default(0),
  engine: z.enum(ENGINES).default("onnx"),
  device: z.enum(DEVICES).default("auto"),
});

/** Also where other fields are wrong, so that every problem is named at once. */
const when = ({ value }: { value: unknown }) => typeof value === "object" && value !== null;
/** Without held-out losses on the way there is nothing to go by. */
const neverEvaluates = ({ eval_split, eval_interval }: z.infer<typeof Settings>) =>
  eval_split === 0 || eval_interval === 0;
const NEEDS_EVALUATIONS = "needs evaluations on the way: set eval_split and eval_interval above 0";

export const RunConfig = Settings.refine(
  (settings) => !(settings.early_stopping_patience > 0 && neverEvaluates(settings)),
  { path: ["early_stopping_patience"], error: NEEDS_EVALUATIONS, when },
)
  .refine((settings) => !(settings.load_best_model_at_end && neverEvaluates(settings)), {
    path: ["load_best_model_at_end"],
    error: NEEDS_EVALUATIONS,
    when,
  })
  .superRefine((settings, context) => {
    for (const problem of [weightsProblem(settings), adapterStartProblem(settings)])
      if (problem) context.addIssue({ code: "custom", path: [problem.field], message: problem.message });
  });

export type RunConfig = z.infer<typeof RunConfig>;
/** What people may leave out is filled with the defaults above. */
export type RunConfigInput = z.input<typeof RunConfig>;

/** Every problem at once, keyed by field: `{ learning_rate: ["must be at most 0.01"] }`. Unknown keys are named too. */
export function fieldErrorsOf(error: z.ZodError): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const fields = issue.code === "unrecognized_keys" ? issue.keys : [String(issue.path[0] ?? "")];
    const message = issue.code === "unrecognized_keys" ? "is not a known setting" : issue.message;
    for (const field of fields) {
      errors[field] ??= [];
      errors[field].push(message);
    }
  }
  return errors;
}
