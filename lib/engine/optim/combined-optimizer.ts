/** @file Several optimizers, each for its own parameters, as one. */
import type { Optimizer, StateTensor } from "./optimizer";

export class CombinedOptimizer implements Optimizer {
  constructor(private readonly parts: readonly Optimizer[]) {}

  get step(): number {
    return this.parts[0]?.step ?? 0;
  }

  set step(step: number) {
    for (const part of this.parts) part.step = step;
  }

  get state(): StateTensor[] {
    return this.parts.flatMap(({ state }) => state);
  }

  async update(learningRate: number): Promise<void> {
    for (const part of this.parts) await part.update(learningRate);
  }

  async dispose(): Promise<void> {
    for (const part of this.parts) await part.dispose();
  }
}
