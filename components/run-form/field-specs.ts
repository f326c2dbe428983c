import { BASE_PRECISIONS, DEVICES, METHODS, type RunConfig, SCHEDULERS } from "@/lib/contracts/run-config";

/** How a setting is typed. "log" steps by 1, 2, 5, 10 …; "whole" and "number" by their own step. */
export type FieldKind =
  | { kind: "number"; step: number }
  | { kind: "log" }
  | { kind: "select"; options: readonly string[] };

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
  method: {
    input: { kind: "select", options: METHODS },
    hint: "lora trains small extra matrices; rslora scales them for high ranks; full trains every weight.",
  },
  rank: { input: whole, hint: "Width of the extra matrices. 8 to 32 is common." },
  alpha: { input: { kind: "number", step: 1 }, hint: "Strength of the adapter; often twice the rank." },
  scheduler: { input: { kind: "select", options: SCHEDULERS }, hint: "How the learning rate falls after warm-up." },
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
  checkpoint_interval: { input: { kind: "number", step: 10 }, hint: "In steps; 0 writes only at stop and end." },
  seed: { input: whole, hint: "Same seed, same machine: the same run to the last bit." },
  max_grad_norm: { input: { kind: "number", step: 0.1 }, hint: "Longest gradient allowed; 0 turns clipping off." },
  weight_decay: { input: { kind: "number", step: 0.01 }, hint: "Pulls weights towards 0; 0 turns it off." },
  adam_beta1: { input: { kind: "number", step: 0.01 }, hint: "Memory of the gradient’s mean." },
  adam_beta2: { input: { kind: "number", step: 0.001 }, hint: "Memory of the gradient’s size." },
  adam_epsilon: { input: { kind: "log" }, hint: "Keeps the division finite." },
  base_precision: {
    input: { kind: "select", options: BASE_PRECISIONS },
    hint: "Of the frozen weights: int8 halves their memory and trains faster, on the CPU only.",
  },
  optimizer: { input: { kind: "select", options: ["adamw"] }, hint: "AdamW, as published." },
  engine: { input: { kind: "select", options: ["onnx"] }, hint: "The built-in engine on ONNX Runtime." },
  device: {
    input: { kind: "select", options: DEVICES },
    hint: "auto is the processor for now; others train only where they open.",
  },
};

export const BASIC_FIELDS: FieldKey[] = ["epochs", "batch_size", "learning_rate", "warmup_steps", "max_seq_length"];
export const LORA_FIELDS: FieldKey[] = ["method", "rank", "alpha"];
export const ADVANCED_FIELDS: FieldKey[] = [
  "max_steps",
  "scheduler",
  "gradient_accumulation_steps",
  "eval_split",
  "eval_interval",
  "checkpoint_interval",
  "max_grad_norm",
  "weight_decay",
  "seed",
  "adam_beta1",
  "adam_beta2",
  "adam_epsilon",
  "optimizer",
  "base_precision",
  "engine",
  "device",
];
