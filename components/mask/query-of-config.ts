import { objectiveOf } from "@/lib/contracts/objective-settings";
import type { RunConfig } from "@/lib/contracts/run-config";
import type { MaskQuery } from "./mask-query";

/** The training sequences of a run with these settings. */
export const queryOfConfig = (config: RunConfig, index: number | null): MaskQuery => ({
  model: config.model_type,
  length: config.max_seq_length,
  evalSplit: config.eval_split,
  seed: config.seed,
  objective: objectiveOf(config),
  split: "train",
  index,
});
