/**
 * @file AdamW (https://arxiv.org/abs/1711.05101), step for step as torch.optim.AdamW with its defaults computes it.
 * Weight decay applies to every tensor given, vectors included, as in torch; LoRA has none.
 */
import type { Parameter } from "../types";

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

export interface AdamWState {
  /** Updates done. */
  step: number;
  /** Per parameter, in the parameters' order: running means of the gradient and of its square. */
  firstMoments: Float32Array[];
  secondMoments: Float32Array[];
}

export function initAdamW(parameters: readonly Pick<Parameter, "data">[]): AdamWState {
  return {
    step: 0,
    firstMoments: parameters.map(({ data }) => new Float32Array(data.length)),
    secondMoments: parameters.map(({ data }) => new Float32Array(data.length)),
  };
}

/**
 * One update of every parameter's `data` from its `gradient`, in place; `state` moves on by one step.
 * @param learningRate of this step, before each parameter's own scale
 */
export function updateAdamW(
  parameters: readonly Pick<Parameter, "data" | "gradient" | "learningRateScale">[],
  state: AdamWState,
  learningRate: number,
  settings: AdamWSettings,
): void {
  const { beta1, beta2, epsilon, weightDecay } = settings;
  state.step += 1;
  const correction1 = 1 - beta1 ** state.step;
  const rootOfCorrection2 = Math.sqrt(1 - beta2 ** state.step);
  for (const [index, { data, gradient, learningRateScale = 1 }] of parameters.entries()) {
    const rate = learningRate * learningRateScale;
    const stepSize = rate / correction1;
    const keep = 1 - rate * weightDecay;
    const first = state.firstMoments[index] as Float32Array;
    const second = state.secondMoments[index] as Float32Array;
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i] as number;
      const m = (first[i] as number) + (g - (first[i] as number)) * (1 - beta1);
      const v = (second[i] as number) * beta2 + g * g * (1 - beta2);
      first[i] = m;
      second[i] = v;
      data[i] = (data[i] as number) * keep - (stepSize * m) / (Math.sqrt(v) / rootOfCorrection2 + epsilon);
    }
  }
}
