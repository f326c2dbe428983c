/**
 * @file Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", https://arxiv.org/abs/2302.06675,
 * Algorithm 2). With gradient g, learning rate η and weight decay λ:
 *   c ← β₁ m + (1 − β₁) g
 *   θ ← θ − η (sign(c) + λ θ)
 *   m ← β₂ m + (1 − β₂) g
 * Every value moves by η, whatever its gradient's size: the authors use a learning rate 3 to 10 times below AdamW's.
 */
import type { Parameter } from "../types";
import type { Optimizer, StateTensor } from "./optimizer";

export interface LionSettings {
  beta1: number;
  beta2: number;
  weightDecay: number;
}

export class Lion implements Optimizer {
  step = 0;
  private readonly momenta: { parameter: Parameter; momentum: Float32Array }[];

  constructor(
    parameters: readonly Parameter[],
    private readonly settings: LionSettings,
  ) {
    this.momenta = parameters.map((parameter) => ({
      parameter,
      momentum: new Float32Array(parameter.data.length),
    }));
  }

  get state(): StateTensor[] {
    return this.momenta.map(({ parameter: { name, shape }, momentum }) => ({
      name: `exp_avg.${name}`,
      shape,
      data: momentum,
    }));
  }

  async update(learningRate: number): Promise<void> {
    const { beta1, beta2, weightDecay } = this.settings;
    this.step += 1;
    for (const { parameter, momentum } of this.momenta) {
      const { data, gradient, learningRateScale = 1 } = parameter;
      const rate = learningRate * learningRateScale;
      const keep = 1 - rate * weightDecay;
      for (let i = 0; i < data.length; i++) {
        const g = gradient[i] as number;
        const m = momentum[i] as number;
        data[i] = (data[i] as number) * keep - rate * Math.sign(beta1 * m + (1 - beta1) * g);
        momentum[i] = beta2 * m + (1 - beta2) * g;
      }
    }
  }

  async dispose(): Promise<void> {}
}
