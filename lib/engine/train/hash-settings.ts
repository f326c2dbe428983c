/** @file Tells whether a checkpoint belongs to a run: the same settings, data, parameters and base model. */
import { createHash } from "node:crypto";
import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import type { RunConfig } from "@/lib/contracts/run-config";
import type { Blocks } from "../data/open-blocks";
import type { Parameter } from "../types";

/**
 * The settings of the first version, in its order. Later ones count only where they are not at their default, which is
 * what training did before they existed: so checkpoints of earlier versions still fit.
 */
const FIRST_SETTINGS = [
  "model_type",
  "dataset_name",
  "batch_size",
  "learning_rate",
  "epochs",
  "max_seq_length",
  "warmup_steps",
  "method",
  "rank",
  "alpha",
  "target_modules",
  "base_precision",
  "optimizer",
  "adam_beta1",
  "adam_beta2",
  "adam_epsilon",
  "weight_decay",
  "scheduler",
  "gradient_accumulation_steps",
  "max_grad_norm",
  "seed",
  "eval_split",
  "max_steps",
  "engine",
] as const satisfies readonly (keyof RunConfig)[];

/** Mean nothing for training, or change no bit of it; and a run may go on on another device. */
const IRRELEVANT: readonly (keyof RunConfig)[] = [
  "checkpoint_interval",
  "device",
  "weight_offload",
  "gradient_checkpointing",
];
/** How often and on what to look at it: that matters only where the end of the run goes by it. */
const ABOUT_EVALUATION: readonly (keyof RunConfig)[] = ["eval_interval", "max_eval_tokens"];

/** Bit-identical results are promised on the same device only. */
export function hashSettings(options: {
  config: RunConfig;
  blocks: Blocks;
  parameters: readonly Parameter[];
  baseFingerprint: string;
}): string {
  const { config, blocks, parameters, baseFingerprint } = options;
  const first = Object.fromEntries(FIRST_SETTINGS.map((key) => [key, config[key]]));
  const goesByEvaluation = config.early_stopping_patience > 0 || config.load_best_model_at_end;
  const known: readonly string[] = [...FIRST_SETTINGS, ...IRRELEVANT, ...(goesByEvaluation ? [] : ABOUT_EVALUATION)];
  const later = Object.entries(config)
    .filter(([key]) => !known.includes(key))
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULT_CONFIG[key as keyof RunConfig]))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { train } = blocks.manifest.splits;
  const shapes = parameters.map(({ name, shape }) => [name, shape]);
  const settings = { ...first, ...Object.fromEntries(later) };
  const parts = [settings, train.sha256, blocks.manifest.blockLength, shapes, baseFingerprint];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
