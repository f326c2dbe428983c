import { FIM_LOSSES, FIM_SPANS, OBJECTIVES } from "@/lib/contracts/objective-settings";
import {
  BASE_PRECISIONS,
  CHECKPOINTINGS,
  DEVICES,
  METHODS,
  OPTIMIZERS,
  type RunConfig,
  SCHEDULERS,
  WEIGHT_OFFLOADS,
} from "@/lib/contracts/run-config";

/**
 * How a setting is typed. "log" steps by 1, 2, 5, 10 …; "number" by its own step. Lists are typed with commas, tables as
 * "name=number, …", and a pattern, where one may stand instead of names, between slashes.
 */
export type FieldKind =
  | { kind: "number"; step: number }
  | { kind: "log" }
  | { kind: "select"; options: readonly string[] }
  | { kind: "switch" }
  | { kind: "text"; example: string }
  | { kind: "names"; example: string; mayBePattern?: true }
  | { kind: "numbers"; example: string }
  | { kind: "table"; example: string };

export type FieldKey = Exclude<keyof RunConfig, "model_type" | "dataset_name" | "target_modules">;

export interface FieldSpec {
  input: FieldKind;
  /** One line. */
  hint: string;
}

const whole: FieldKind = { kind: "number", step: 1 };

export const FIELD_SPECS: Record<FieldKey, FieldSpec> = {
  batch_size: { input: whole, hint: "Sequences at once. More is steadier and takes more memory." },
  learning_rate: { input: { kind: "log" }, hint: "Size of each step. LoRA usually wants 1e-4 to 2e-3." },
  epochs: { input: whole, hint: "How often all training data is seen." },
  max_seq_length: { input: { kind: "number", step: 64 }, hint: "Tokens per packed sequence." },
  warmup_steps: { input: whole, hint: "Steps over which the learning rate rises from 0." },
  objective: {
    input: { kind: "select", options: OBJECTIVES },
    hint: "causal goes on with text; fim fills gaps in it, as editors ask for; chat takes pairs as turns, by the model’s own template; docstring and signature write the bodies of functions.",
  },
  fim_rate: {
    input: { kind: "number", step: 0.05 },
    hint: "Share of files turned into a gap to fill, the same ones in every epoch; StarCoder took 0.5, Code Llama 0.9.",
  },
  fim_spm_rate: {
    input: { kind: "number", step: 0.05 },
    hint: "Of these, the share with the suffix first. Editors ask prefix first (PSM), and Qwen and DeepSeek know only that: 0. StarCoder, Code Llama and CodeGemma had half.",
  },
  fim_span: {
    input: { kind: "select", options: FIM_SPANS },
    hint: "character cuts anywhere, as people type; line takes whole lines; syntax takes a node of the syntax tree, and lines where there is no grammar.",
  },
  fim_loss: {
    input: { kind: "select", options: FIM_LOSSES },
    hint: "all learns the whole file, as in the papers; middle learns only what fills the gap.",
  },
  train_on_inputs: {
    input: { kind: "switch" },
    hint: "No: a prompt, or what others than the assistant say, is only read. Files without a prompt get loss in any case.",
  },
  include_amphigory: {
    input: { kind: "switch" },
    hint: "Adds nonsense that parses: names, expressions and statements exchanged among your own files, never in the held-out part. There is no evidence that it helps; off is the safe choice.",
  },
  amphigory_ratio: {
    input: { kind: "number", step: 0.05 },
    hint: "Nonsense files added, as a share of the training files; 0 to 0.3.",
  },
  method: {
    input: { kind: "select", options: METHODS },
    hint: "lora trains small extra matrices; rslora scales them for high ranks; dora learns each row’s length apart; full trains every weight.",
  },
  rank: { input: whole, hint: "Width of the extra matrices. 8 to 32 is common." },
  alpha: { input: { kind: "number", step: 1 }, hint: "Strength of the adapter; often twice the rank." },
  lora_dropout: {
    input: { kind: "number", step: 0.05 },
    hint: "Share of inputs hidden from the adapter in training; 0 turns it off.",
  },
  init_lora_weights: {
    input: { kind: "select", options: ["default", "pissa", "pissa_niter_4", "pissa_niter_16"] },
    hint: "pissa begins with the weights’ principal part and learns faster; niter finds it in fewer passes.",
  },
  loraplus_lr_ratio: {
    input: { kind: "number", step: 1 },
    hint: "LoRA+: how many times faster B learns than A; 16 is common, 1 is plain.",
  },
  use_rslora: {
    input: { kind: "switch" },
    hint: "Divides alpha by √rank instead of rank; rslora does so in any case.",
  },
  modules_to_save: {
    input: { kind: "names", example: "lm_head, embed_tokens" },
    hint: "Trained whole and saved with the adapter.",
  },
  exclude_modules: {
    input: { kind: "names", example: "down_proj", mayBePattern: true },
    hint: "Targets that get no adapter after all; /…/ is a pattern of whole names.",
  },
  layers_to_transform: {
    input: { kind: "numbers", example: "20, 21, 22, 23" },
    hint: "Only layers of these numbers get adapters; empty means all.",
  },
  layers_pattern: {
    input: { kind: "names", example: "layers" },
    hint: "What stands before the layer’s number in names; rarely needed.",
  },
  rank_pattern: {
    input: { kind: "table", example: "q_proj=32, 0.mlp.up_proj=4" },
    hint: "Other ranks for single modules, by the end of their names.",
  },
  alpha_pattern: {
    input: { kind: "table", example: "q_proj=64" },
    hint: "Other alphas for single modules, by the end of their names.",
  },
  init_adapter: {
    input: { kind: "text", example: "/home/me/adapter" },
    hint: "Folder of an adapter, ours or PEFT’s; its method, rank, alpha and targets then hold.",
  },
  layerwise_lr_decay: {
    input: { kind: "number", step: 0.05 },
    hint: "Each layer’s rate as a share of that above it; 0.9 spares what lower layers know, 1 treats all alike.",
  },
  neftune_noise_alpha: {
    input: whole,
    hint: "Noise on the input while training, against learning by heart; 5 is common, 0 turns it off.",
  },
  scheduler: {
    input: { kind: "select", options: SCHEDULERS },
    hint: "How the learning rate falls after warm-up; wsd keeps it up and falls at the end.",
  },
  num_cycles: { input: whole, hint: "How often the rate falls to 0 and starts again from the top." },
  decay_ratio: { input: { kind: "number", step: 0.05 }, hint: "Share of all steps over which the rate falls to 0." },
  gradient_accumulation_steps: {
    input: whole,
    hint: "Batches added up before each step: a larger batch for the same memory.",
  },
  max_steps: { input: { kind: "number", step: 10 }, hint: "Ends the run early; 0 runs all epochs." },
  eval_split: {
    input: { kind: "number", step: 0.05 },
    hint: "Share of files never trained on, to measure the loss honestly.",
  },
  eval_interval: { input: { kind: "number", step: 10 }, hint: "In steps; 0 measures only at start and end." },
  max_eval_tokens: {
    input: { kind: "number", step: 1024 },
    hint: "Tokens of held-out files, padding included; 0 takes all of them.",
  },
  early_stopping_patience: {
    input: whole,
    hint: "Ends the run after this many evaluations without a lower held-out loss; 0 never does.",
  },
  early_stopping_threshold: {
    input: { kind: "number", step: 0.01 },
    hint: "How much lower the held-out loss must be to count.",
  },
  load_best_model_at_end: {
    input: { kind: "switch" },
    hint: "Hands over the step with the lowest held-out loss instead of the last one.",
  },
  checkpoint_interval: { input: { kind: "number", step: 10 }, hint: "In steps; 0 writes only at stop and end." },
  seed: { input: whole, hint: "Same seed, same machine: the same run to the last bit." },
  max_grad_norm: { input: { kind: "number", step: 0.1 }, hint: "Longest gradient allowed; 0 turns clipping off." },
  weight_decay: { input: { kind: "number", step: 0.01 }, hint: "Pulls weights towards 0; 0 turns it off." },
  adam_beta1: { input: { kind: "number", step: 0.01 }, hint: "Memory of the gradient’s mean." },
  adam_beta2: { input: { kind: "number", step: 0.001 }, hint: "Memory of the gradient’s size." },
  adam_epsilon: { input: { kind: "log" }, hint: "Keeps the division finite." },
  weight_offload: {
    input: { kind: "select", options: WEIGHT_OFFLOADS },
    hint: "disk reads each layer from the model’s files in every step: the least memory, and slower. auto does so where weights don’t fit.",
  },
  gradient_checkpointing: {
    input: { kind: "select", options: CHECKPOINTINGS },
    hint: "on computes activations again instead of keeping them: less memory, slower. auto keeps up to 640 MiB, by the model's size. Results are the same.",
  },
  base_precision: {
    input: { kind: "select", options: BASE_PRECISIONS },
    hint: "Of the frozen weights. bf16 halves their memory and loses nothing of a 16-bit model; int8 trains fastest, on the processor only; nf4 (QLoRA) takes a seventh.",
  },
  optimizer: {
    input: { kind: "select", options: OPTIMIZERS },
    hint: "adamw suits most; 8bit and adafactor take less memory; lion wants a 3 to 10 times lower rate; muon moves all directions of a matrix alike and is for full tuning above all.",
  },
  lion_beta1: { input: { kind: "number", step: 0.01 }, hint: "Weight of the past in each step’s direction." },
  lion_beta2: { input: { kind: "number", step: 0.01 }, hint: "Memory of the gradient’s mean." },
  muon_momentum: {
    input: { kind: "number", step: 0.01 },
    hint: "Memory of the gradient’s mean, for matrices; Adam’s settings are for the rest.",
  },
  engine: { input: { kind: "select", options: ["onnx"] }, hint: "The built-in engine on ONNX Runtime." },
  device: {
    input: { kind: "select", options: DEVICES },
    hint: "auto takes CUDA, then WebGPU, where it is worthwhile, and says why; a named one never falls back.",
  },
};

type Settings = Pick<
  Record<keyof RunConfig, string>,
  "optimizer" | "scheduler" | "early_stopping_patience" | "objective" | "fim_rate" | "include_amphigory"
>;

/** Muon leaves embedding, head and vectors to AdamW. */
const hasAdam = ({ optimizer }: Settings) => optimizer.startsWith("adamw") || optimizer === "muon";
const isFim = ({ objective }: Settings) => objective === "fim";
const hasFim = (settings: Settings) => isFim(settings) && Number(settings.fim_rate) !== 0;
const isLion = ({ optimizer }: Settings) => optimizer === "lion";

/** Settings that mean something beside certain others only; the rest always do. */
const CONDITIONS: Partial<Record<keyof RunConfig, (settings: Settings) => boolean>> = {
  fim_rate: isFim,
  fim_spm_rate: hasFim,
  fim_span: hasFim,
  fim_loss: hasFim,
  amphigory_ratio: ({ include_amphigory }) => include_amphigory === "true",
  num_cycles: ({ scheduler }) => scheduler === "cosine_with_restarts",
  decay_ratio: ({ scheduler }) => scheduler === "wsd",
  early_stopping_threshold: ({ early_stopping_patience }) => Number(early_stopping_patience) !== 0,
  adam_beta1: hasAdam,
  adam_beta2: hasAdam,
  adam_epsilon: hasAdam,
  lion_beta1: isLion,
  lion_beta2: isLion,
  muon_momentum: ({ optimizer }) => optimizer === "muon",
};

export const isAsked = (name: keyof RunConfig, settings: Settings): boolean => CONDITIONS[name]?.(settings) ?? true;
