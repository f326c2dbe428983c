/** @file How a new adapter begins, as PEFT's `init_lora_weights=True`: B is zero, so the model starts unchanged. */
import type { Rng } from "../optim/rng";

/**
 * lora_A [rank, in]: Kaiming uniform with a = √5, which is uniform in ±1/√in
 * (gain √(2/(1+a²)) = √⅓; bound = gain·√(3/fan_in)).
 */
export function initLoraA(rng: Rng, rank: number, inFeatures: number): Float32Array {
  const bound = 1 / Math.sqrt(inFeatures);
  const values = new Float32Array(rank * inFeatures);
  for (let i = 0; i < values.length; i++) values[i] = (2 * rng.uniform() - 1) * bound;
  return values;
}

/** lora_B [out, rank]: zeros. */
export function initLoraB(outFeatures: number, rank: number): Float32Array {
  return new Float32Array(outFeatures * rank);
}

/** What B·A is multiplied with: alpha/r, or alpha/√r for rank-stabilised LoRA (https://arxiv.org/abs/2312.03732). */
export function loraScaling(options: { rank: number; alpha: number; useRslora: boolean }): number {
  return options.alpha / (options.useRslora ? Math.sqrt(options.rank) : options.rank);
}
