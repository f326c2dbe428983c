/** @file How many optimizer steps a run has: one definition for the form, the services and every trainer. */
import type { RunConfig } from "./run-config";

type StepSettings = Pick<RunConfig, "batch_size" | "gradient_accumulation_steps" | "epochs" | "max_steps">;

/**
 * An epoch is every training block once. Its blocks are dealt into micro-batches of `batch_size` (the last one may be
 * short), the micro-batches into optimizer steps of `gradient_accumulation_steps` (again, the last may be short).
 * No step reaches over the end of an epoch.
 */
export function countSteps(trainBlocks: number, settings: StepSettings): { stepsPerEpoch: number; totalSteps: number } {
  const microBatches = Math.ceil(trainBlocks / settings.batch_size);
  const stepsPerEpoch = Math.ceil(microBatches / settings.gradient_accumulation_steps);
  const allEpochs = stepsPerEpoch * settings.epochs;
  return { stepsPerEpoch, totalSteps: settings.max_steps > 0 ? Math.min(settings.max_steps, allEpochs) : allEpochs };
}
