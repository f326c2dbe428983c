/**
 * @file Learning-rate schedules, as transformers' get_{linear,cosine,cosine_with_hard_restarts,constant,wsd}_schedule
 * compute them. Warm-up is a straight line from 0 in all of them. WSD is warm-up, stable, decay (Hu et al. 2024,
 * https://arxiv.org/abs/2404.06395), its decay the 1 − √ of Hägele et al. 2024 (https://arxiv.org/abs/2405.18392).
 */
import type { RunConfig } from "@/lib/contracts/run-config";

export interface ScheduleSettings {
  kind: RunConfig["scheduler"];
  peakLearningRate: number;
  warmupSteps: number;
  totalSteps: number;
  /** How often "cosine_with_restarts" falls from the peak to 0. */
  cycles: number;
  /** Over how many of its last steps "wsd" falls to 0. */
  decaySteps: number;
}

/** @param totalSteps of the whole run */
export function scheduleOf(config: RunConfig, totalSteps: number): ScheduleSettings {
  const { warmup_steps: warmupSteps } = config;
  return {
    kind: config.scheduler,
    peakLearningRate: config.learning_rate,
    warmupSteps,
    totalSteps,
    cycles: config.num_cycles,
    decaySteps: Math.min(totalSteps - warmupSteps, Math.round(config.decay_ratio * totalSteps)),
  };
}

/**
 * The rate of the next update when `completedSteps` are done. As in transformers, warm-up begins at 0: with warm-up the
 * first update changes nothing but the optimizer's moments.
 */
export function learningRateAt(settings: ScheduleSettings, completedSteps: number): number {
  const { peakLearningRate, warmupSteps } = settings;
  if (completedSteps < warmupSteps) return (peakLearningRate * completedSteps) / Math.max(1, warmupSteps);
  return peakLearningRate * Math.max(0, shareAfterWarmup(settings, completedSteps));
}

function shareAfterWarmup(
  { kind, warmupSteps, totalSteps, cycles, decaySteps }: ScheduleSettings,
  completedSteps: number,
): number {
  const stepsAfterWarmup = Math.max(1, totalSteps - warmupSteps);
  const progress = (completedSteps - warmupSteps) / stepsAfterWarmup;
  switch (kind) {
    case "constant":
      return 1;
    case "linear":
      return (totalSteps - completedSteps) / stepsAfterWarmup;
    case "cosine":
      return halfCosine(progress);
    case "cosine_with_restarts":
      return progress >= 1 ? 0 : halfCosine((cycles * progress) % 1);
    case "wsd": {
      const decayed = completedSteps - (totalSteps - decaySteps);
      return decayed < 0 ? 1 : 1 - Math.sqrt(decayed / Math.max(1, decaySteps));
    }
    default:
      return kind satisfies never;
  }
}

/** From 1 at progress 0 to 0 at 1. */
const halfCosine = (progress: number): number => 0.5 * (1 + Math.cos(Math.PI * progress));
