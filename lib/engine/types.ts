/** @file What the training loop and a model executor say to each other. Pure data; no runtime behind it. */

import type { AdapterSettings } from "@/lib/contracts/adapter-config";

/** A micro-batch of packed sequences, each array row-major [batchSize × blockLength]. See contracts/prepared-blocks.ts. */
export interface Batch {
  batchSize: number;
  blockLength: number;
  tokens: Int32Array;
  /** -100 = no loss. Not shifted: the executor pairs logits[i] with labels[i + 1] inside a block. */
  labels: Int32Array;
  positions: Int32Array;
  segments: Int32Array;
  /**
   * In training, one seed per sequence: what is random in a step (NEFTune's noise, dropout) is drawn from it and from
   * nothing else. It depends on the run's seed, the epoch and the block only, so a step is the same however its blocks
   * are dealt into micro-batches and however often the run was stopped. Absent in evaluation, where nothing is random.
   */
  seeds?: Uint32Array;
  /** NEFTune's α: how much noise the embedding gets in this training step; none when absent. */
  noiseAlpha?: number;
}

export interface LossSum {
  /** Sum of cross-entropy in nats over the tokens that got loss (a sum, so that micro-batches add up exactly). */
  lossSum: number;
  tokenCount: number;
}

/** A trainable tensor. `data` is updated in place by the optimizer; `gradient` accumulates until it is zeroed. */
export interface Parameter {
  /** Name in the file that will hold it: PEFT's for adapters, the checkpoint's own for full fine-tuning. */
  name: string;
  shape: readonly number[];
  data: Float32Array;
  gradient: Float32Array;
  /**
   * What every learning rate of the schedule is multiplied by for this tensor, decoupled weight decay included, as in
   * torch's parameter groups; 1 unless given. LoRA+ sets it on B, layer-wise learning rates on whole layers.
   */
  learningRateScale?: number;
  /** Muon leaves embedding and head to AdamW, and layer-wise learning rates go by it. */
  place?: Place;
}

/** Where in a model a parameter acts: the embedding, a layer (from 0, the lowest), or what comes after the last one. */
export type Place = "embedding" | number | "head";

/** How a trained adapter is written. */
export interface SavableAdapter {
  /** Of the parameters as they are: what checkpoints hold. */
  settings: AdapterSettings;
  /** What is handed over at the end, for the base model as it was published. */
  result(): { settings: AdapterSettings; tensors: readonly Pick<Parameter, "name" | "shape" | "data">[] };
}

/** A text being continued token by token. */
export interface Completion {
  /** Logits [vocabulary] of the token after all that came so far. */
  readonly logits: Float32Array;
  /** Appends a token; `logits` then are those of the token after it. */
  push(token: number): Promise<void>;
}

/** A model whose trainable parameters can be fitted. Implemented by the layer-by-layer executor. */
export interface TrainableModel {
  /** In a fixed order that depends on the model and settings only. */
  readonly parameters: readonly Parameter[];
  readonly totalParameters: number;
  /** Null for full fine-tuning. */
  readonly adapter: SavableAdapter | null;
  /** Execution provider that really runs it, e.g. "cpu". */
  readonly device: string;
  /**
   * Adds d(lossSum)/d(parameter) × gradientScale to every parameter's `gradient`; returns the unscaled sum.
   * The loop passes 1 / (tokens with loss in the whole optimizer step), so that accumulation equals the large batch.
   * @throws StopRequested soon after `shouldStop` says so; the gradients are then incomplete
   */
  accumulateGradients(batch: Batch, gradientScale: number, shouldStop?: () => boolean): Promise<LossSum>;
  /** @throws StopRequested soon after `shouldStop` says so */
  evaluate(batch: Batch, shouldStop?: () => boolean): Promise<LossSum>;
  /**
   * Reads a prompt (at least one token, at most the context) and stands ready to go on. Valid until the parameters
   * change: what it remembers was computed with the old ones.
   * @throws StopRequested soon after `shouldStop` says so
   */
  openCompletion(prompt: Int32Array, shouldStop?: () => boolean): Promise<Completion>;
  dispose(): Promise<void>;
}
