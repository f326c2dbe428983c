/** @file What an architecture has to say of itself. One definition serves training, evaluation and sampling. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Shape, Value } from "../graph/ops";

export interface ModelShape {
  hiddenSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  vocabularySize: number;
  contextLength: number;
  normEpsilon: number;
  ropeTheta: number;
  /** The output head is the embedding matrix. */
  tieEmbeddings: boolean;
}

export interface LinearSpec {
  /** Name inside a layer, e.g. "self_attn.q_proj". */
  module: string;
  inFeatures: number;
  outFeatures: number;
}

/** What a decoder block gets from the executor while it builds its part of the graph. */
export interface BlockScope {
  b: GraphBuilder;
  batchSize: number;
  blockLength: number;
  /** A frozen or trained weight of this layer, by its name inside the layer, e.g. "input_layernorm.weight". */
  weight(name: string): Value;
  /** x [rows, in] → [rows, out] through the named linear layer, adapter included where it has one. */
  linear(module: string, x: Value): Value;
  /** Turns heads [batch, heads, length, headSize] by their positions. */
  rotary(x: Value): Value;
  /** Additive attention masks, one per chunk of query rows; see attention.ts. */
  masks: readonly AttentionChunk[];
  /** Sampling one token after others: their keys and values; null when the whole sequence is at hand. */
  past: PastTokens | null;
  /**
   * Marks a value that may be kept from the forward for the backward pass instead of being computed again.
   * Cheapest to keep first: a lower tier is kept before a higher one. Rotated keys are offered as "k", values as "v",
   * both [batch, keyValueHeads, length, headSize]: sampling goes on from them.
   */
  keep(name: string, value: Value, tier: 1 | 2): void;
}

export interface PastTokens {
  /** [1, keyValueHeads, cacheLength, headSize] */
  keys: Value;
  values: Value;
  /** [1, 1, 1, 1, cacheLength + 1], additive; the last entry is the new token itself. */
  mask: Value;
}

export interface AttentionChunk {
  /** First and last + 1 query row; keys 0 … end - 1 are visible at most. */
  start: number;
  end: number;
  /** [batch, 1, 1, end - start, end]: 0 where attention is allowed, a large negative number where not. */
  mask: Value;
}

export interface Architecture {
  shape: ModelShape;
  linears: readonly LinearSpec[];
  /** Weights of a layer by name inside the layer, linear layers included. */
  layerWeights: ReadonlyMap<string, Shape>;
  /** Full name in the checkpoint of a layer's weight or module. */
  layerName(layer: number, name: string): string;
  embeddingName: string;
  finalNormName: string;
  /** Equals embeddingName when the head is tied. */
  headName: string;
  /** x [batch · length, hidden] → the same shape. */
  block(scope: BlockScope, x: Value): Value;
  /** Final norm and logits: x [rows, hidden] → [rows, vocabulary]. */
  head(b: GraphBuilder, x: Value, norm: Value, head: Value): Value;
}
