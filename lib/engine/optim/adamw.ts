/**
 * @file AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101), step for step as torch.optim.AdamW with its
 * defaults computes it. With gradient g, learning rate η, weight decay λ, at step t:
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *   θ ← (1 − η λ) θ − η · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 * Weight decay applies to every tensor given, vectors included, as in torch.
 */
import type { Parameter } from "../types";
import type { Optimizer, StateTensor } from "./optimizer";

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

interface Moments {
  parameter: Parameter;
  first: Float32Array;
  second: Float32Array;
}

export class AdamW implements Optimizer {
  step = 0;
  private readonly moments: Moments[];

  constructor(
    parameters: readonly Parameter[],
    private readonly settings: AdamWSettings,
  ) {
    this.moments = parameters.map((parameter) => ({
      parameter,
      first: new Float32Array(parameter.data.length),
      second: new Float32Array(parameter.data.length),
    }));
  }

  get state(): StateTensor[] {
    return this.moments.flatMap(({ parameter: { name, shape }, first, second }) => [
      { name: `exp_avg.${name}`, shape, data: first },
      { name: `exp_avg_sq.${name}`, shape, data: second },
    ]);
  }

  async update(learningRate: number): Promise<void> {
    this.step += 1;
    for (const { parameter, first, second } of this.moments) {
      const { data, gradient, learningRateScale = 1 } = parameter;
      moveByAdamW(data, gradient, first, second, stepOf(this.settings, this.step, learningRate * learningRateScale));
    }
  }

  async dispose(): Promise<void> {}
}

export interface AdamWStep extends AdamWSettings {
  /** η / (1 − β₁ᵗ) */
  stepSize: number;
  /** √(1 − β₂ᵗ) */
  rootOfCorrection2: number;
  /** 1 − η λ */
  keep: number;
}

/** @param step t, from 1 @param rate η, the parameter's own scale included */
export function stepOf(settings: AdamWSettings, step: number, rate: number): AdamWStep {
  const { beta1, beta2, weightDecay } = settings;
  return {
    ...settings,
    stepSize: rate / (1 - beta1 ** step),
    rootOfCorrection2: Math.sqrt(1 - beta2 ** step),
    keep: 1 - rate * weightDecay,
  };
}

/** Values and both moments move on by one step, in place. All arrays are equally long. */
export function moveByAdamW(
  data: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { beta1, beta2, epsilon, stepSize, rootOfCorrection2, keep }: AdamWStep,
): void {
  for (let i = 0; i < data.length; i++) {
    const g = gradient[i] as number;
    const m = (first[i] as number) + (g - (first[i] as number)) * (1 - beta1);
    const v = (second[i] as number) * beta2 + g * g * (1 - beta2);
    first[i] = m;
    second[i] = v;
    data[i] = (data[i] as number) * keep - (stepSize * m) / (Math.sqrt(v) / rootOfCorrection2 + epsilon);
  }
}
