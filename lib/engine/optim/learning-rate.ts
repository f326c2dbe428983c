/** @file Learning-rate schedules, as transformers' get_{linear,cosine,constant}_schedule_with_warmup. */
import type { RunConfig } from "@/lib/contracts/run-config";

export interface ScheduleSettings {
  kind: RunConfig["scheduler"];
  peakLearningRate: number;
  warmupSteps: number;
  totalSteps: number;
}

/**
 * The rate of the next update when `completedSteps` are done. As in transformers, warm-up begins at 0: with warm-up the
 * first update changes nothing but the optimizer's moments.
 */
export function learningRateAt(settings: ScheduleSettings, completedSteps: number): number {
  const { kind, peakLearningRate, warmupSteps, totalSteps } = settings;
  if (completedSteps < warmupSteps) return (peakLearningRate * completedSteps) / Math.max(1, warmupSteps);
  if (kind === "constant") return peakLearningRate;
  const stepsAfterWarmup = Math.max(1, totalSteps - warmupSteps);
  if (kind === "linear") return peakLearningRate * Math.max(0, (totalSteps - completedSteps) / stepsAfterWarmup);
  const progress = (completedSteps - warmupSteps) / stepsAfterWarmup;
  return peakLearningRate * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}
