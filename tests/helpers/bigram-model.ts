/**
 * @file The smallest model that can be trained, in plain TypeScript with exact gradients: for tests of the loop only.
 * logits(next | token) = W[:, token] + B · A[:, token], with W frozen, as LoRA has it.
 */

import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import { adapterTensorName } from "@/lib/engine/lora/adapter-names";
import { initLoraA, initLoraB } from "@/lib/engine/lora/lora-init";
import { Rng } from "@/lib/engine/optim/rng";
import { StopRequested } from "@/lib/engine/stop-requested";
import type { Batch, Completion, LossSum, Parameter, SavableAdapter, TrainableModel } from "@/lib/engine/types";

const MODULE = "model.layers.0.mlp.up_proj";

export interface BigramOptions {
  vocabularySize: number;
  rank: number;
  rng: Rng;
  /** Trains W itself instead of an adapter. */
  full?: boolean;
  /** From this call of accumulateGradients on (0 = the first), the loss or a gradient is not a number. */
  breakAt?: { call: number; what: "loss" | "gradient" };
  /** The held-out loss is not a number from this call of evaluate on. */
  breakEvaluationAt?: number;
  /** Told before each call of evaluate, counted from 0. */
  onEvaluate?(call: number): void;
  /** Told in the middle of each call of accumulateGradients, counted from 0. */
  onAccumulate?(call: number): void;
}

export class BigramModel implements TrainableModel {
  readonly device = "cpu";
  readonly parameters: readonly Parameter[];
  readonly totalParameters: number;
  readonly adapter: SavableAdapter | null;
  isDisposed = false;
  private readonly base: Float32Array;
  private calls = 0;
  private evaluations = 0;

  constructor(private readonly options: BigramOptions) {
    const { vocabularySize: v, rank: r } = options;
    const fixed = Rng.seeded(1234);
    this.base = Float32Array.from({ length: v * v }, () => fixed.normal() * 0.5);
    const parameter = (name: string, shape: number[], data: Float32Array) => ({
      name,
      shape,
      data,
      gradient: new Float32Array(data.length),
    });
    this.parameters = options.full
      ? [parameter("model.weight", [v, v], this.base)]
      : [
          parameter(adapterTensorName(MODULE, "A"), [r, v], initLoraA(options.rng, r, v)),
          parameter(adapterTensorName(MODULE, "B"), [v, r], initLoraB(v, r)),
        ];
    const settings = {
      ...DEFAULT_CONFIG,
      method: "lora" as const,
      rank: r,
      target_modules: ["up_proj"],
      fanInFanOut: false,
      baseModel: "test/bigram",
    };
    this.adapter = options.full ? null : { settings, result: () => ({ settings, tensors: this.parameters }) };
    this.totalParameters = v * v + (options.full ? 0 : 2 * r * v);
  }

  /** Probabilities of the next token. */
  private predict(token: number): { logits: Float32Array; probabilities: Float64Array } {
    const { vocabularySize: v, rank: r } = this.options;
    const [a, b] = this.parameters;
    const logits = new Float32Array(v);
    for (let i = 0; i < v; i++) {
      let sum = this.base[i * v + token] as number;
      if (!this.options.full) {
        for (let k = 0; k < r; k++) sum += (b?.data[i * r + k] as number) * (a?.data[k * v + token] as number);
      }
      logits[i] = sum;
    }
    const highest = Math.max(...logits);
    const probabilities = Float64Array.from(logits, (value) => Math.exp(value - highest));
    const total = probabilities.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < v; i++) probabilities[i] = (probabilities[i] as number) / total;
    return { logits, probabilities };
  }

  private eachPair({ tokens, labels, blockLength }: Batch, visit: (token: number, label: number) => void): number {
    let count = 0;
    for (let i = 1; i < labels.length; i++) {
      if (i % blockLength === 0 || labels[i] === IGNORE_LABEL) continue;
      visit(tokens[i - 1] as number, labels[i] as number);
      count++;
    }
    return count;
  }

  async accumulateGradients(batch: Batch, gradientScale: number, shouldStop = () => false): Promise<LossSum> {
    const { vocabularySize: v, rank: r, full, breakAt } = this.options;
    const [first, second] = this.parameters as [Parameter, Parameter];
    let lossSum = 0;
    const tokenCount = this.eachPair(batch, (token, label) => {
      const { probabilities } = this.predict(token);
      lossSum -= Math.log(probabilities[label] as number);
      for (let i = 0; i < v; i++) {
        const d = ((probabilities[i] as number) - (i === label ? 1 : 0)) * gradientScale;
        if (full) {
          first.gradient[i * v + token] = (first.gradient[i * v + token] as number) + d;
          continue;
        }
        for (let k = 0; k < r; k++) {
          const a = k * v + token;
          const b = i * r + k;
          second.gradient[b] = (second.gradient[b] as number) + d * (first.data[a] as number);
          first.gradient[a] = (first.gradient[a] as number) + d * (second.data[b] as number);
        }
      }
    });
    this.options.onAccumulate?.(this.calls);
    if (shouldStop()) throw new StopRequested();
    const isBroken = this.calls++ >= (breakAt?.call ?? Number.POSITIVE_INFINITY);
    if (isBroken && breakAt?.what === "gradient") first.gradient[0] = Number.POSITIVE_INFINITY;
    return { lossSum: isBroken && breakAt?.what === "loss" ? Number.NaN : lossSum, tokenCount };
  }

  async evaluate(batch: Batch): Promise<LossSum> {
    const call = this.evaluations++;
    this.options.onEvaluate?.(call);
    const isBroken = call >= (this.options.breakEvaluationAt ?? Number.POSITIVE_INFINITY);
    let lossSum = 0;
    const tokenCount = this.eachPair(batch, (token, label) => {
      lossSum -= Math.log(this.predict(token).probabilities[label] as number);
    });
    return { lossSum: isBroken ? Number.NaN : lossSum, tokenCount };
  }

  async openCompletion(prompt: Int32Array): Promise<Completion> {
    let last = prompt.at(-1) as number;
    const logitsAfter = () => this.predict(last).logits;
    return {
      get logits() {
        return logitsAfter();
      },
      push: async (token) => {
        last = token;
      },
    };
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
  }
}
