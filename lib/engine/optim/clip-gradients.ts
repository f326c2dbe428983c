/** @file Gradient clipping by global norm, as torch.nn.utils.clip_grad_norm_. */
import type { Parameter } from "../types";

/** Global L2 norm over all gradients, summed in float64. NaN or Infinity when any value is not finite. */
export function gradientNorm(parameters: readonly Pick<Parameter, "gradient">[]): number {
  let sum = 0;
  for (const { gradient } of parameters) {
    for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) * (gradient[i] as number);
  }
  return Math.sqrt(sum);
}

/** Scales all gradients in place so that their norm is at most `maxNorm`; torch's 1e-6 is kept. `maxNorm` 0 is off. */
export function clipGradients(parameters: readonly Pick<Parameter, "gradient">[], norm: number, maxNorm: number): void {
  const factor = maxNorm / (norm + 1e-6);
  if (maxNorm === 0 || factor >= 1) return;
  for (const { gradient } of parameters) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * factor;
  }
}
