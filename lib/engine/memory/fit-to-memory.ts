import type { MemoryEstimate } from "@/lib/contracts/memory-estimate";
import type { RunConfig } from "@/lib/contracts/run-config";
import { weightsProblem } from "@/lib/contracts/weights-problem";
import { type EstimateOptions, estimateMemory } from "./estimate-memory";

/** Of the memory, what a run may take before its weights go to disk: others are at work on the machine too. */
const USABLE = 0.9;

export interface Fit {
  /** As given, with `weight_offload` decided. */
  config: RunConfig;
  estimate: MemoryEstimate;
  /** "auto" has moved the weights to disk. */
  isOffloaded: boolean;
}

/**
 * Decides what "auto" means for weights: in memory where they fit, else on disk where that is possible. The bits of a run
 * do not depend on it.
 */
export function fitToMemory(options: EstimateOptions, memoryBytes: number): Fit {
  const withOffload = (weight_offload: RunConfig["weight_offload"]): Fit => {
    const config = { ...options.config, weight_offload };
    return { config, estimate: estimateMemory({ ...options, config }), isOffloaded: false };
  };
  const wanted = options.config.weight_offload;
  if (wanted !== "auto") return withOffload(wanted);
  const inMemory = withOffload("none");
  if (inMemory.estimate.totalBytes <= USABLE * memoryBytes) return inMemory;
  if (weightsProblem({ ...options.config, weight_offload: "disk" }) !== null) return inMemory;
  return { ...withOffload("disk"), isOffloaded: true };
}
