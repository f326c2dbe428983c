/**
 * @file What the held-out losses of a run say so far: which was the lowest, and whether to go on. As transformers'
 * EarlyStoppingCallback counts: an evaluation improves when it lies below the lowest so far by more than the threshold.
 */
import type { RunConfig } from "@/lib/contracts/run-config";

export interface HeldOutRecord {
  /** Lowest held-out loss of a trained state, the earliest of equals: the evaluation before training is none. */
  best: { step: number; evalLoss: number } | null;
  /** In a row, up to the last one. */
  evaluationsWithoutImprovement: number;
}

type Settings = Pick<RunConfig, "early_stopping_patience" | "early_stopping_threshold">;

/** The record after the evaluation of `step`, from 1. @param evalLoss finite */
export function recordEvaluation(
  { best, evaluationsWithoutImprovement }: HeldOutRecord,
  { step, evalLoss }: { step: number; evalLoss: number },
  { early_stopping_threshold }: Settings,
): HeldOutRecord {
  const isImproved = best === null || best.evalLoss - evalLoss > early_stopping_threshold;
  return {
    best: best === null || evalLoss < best.evalLoss ? { step, evalLoss } : best,
    evaluationsWithoutImprovement: isImproved ? 0 : evaluationsWithoutImprovement + 1,
  };
}

export const isPatienceOver = (record: HeldOutRecord, { early_stopping_patience }: Settings): boolean =>
  early_stopping_patience > 0 && record.evaluationsWithoutImprovement >= early_stopping_patience;

/** Why a run ended before its last step, for people. */
export function describeEarlyStop(
  { step, totalSteps }: { step: number; totalSteps: number },
  settings: Settings,
): string {
  const { early_stopping_patience: patience, early_stopping_threshold: threshold } = settings;
  const evaluations = patience === 1 ? "the last evaluation" : `the last ${patience} evaluations`;
  const by = threshold > 0 ? ` by more than ${threshold}` : "";
  return `Ended early after step ${step} of ${totalSteps}: ${evaluations} did not lower the held-out loss${by}.`;
}
