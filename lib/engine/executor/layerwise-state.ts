/** @file What an opened model holds: weights to feed, and the parameters among them that are trained. */
import type { LayerKind } from "../models/architecture";
import type { Parameter } from "../types";
import type { LentWeights } from "../weights/lent-weights";

export interface LayerState {
  kind: LayerKind;
  /** Fed under these names to every session of the layer, beside what is lent: weights and adapters. */
  feeds: Record<string, Float32Array | Int8Array>;
  /** Linear layers with an adapter. */
  adapted: string[];
  /** By feed name. */
  trained: Map<string, Parameter>;
}

export interface LayerwiseState {
  /** Weights outside the layers (embedding, final norm, head) by full name. */
  outer: ReadonlyMap<string, Float32Array>;
  /** Those of them that final norm and head are fed. */
  headFeeds: Readonly<Record<string, Float32Array>>;
  layers: LayerState[];
  lent: LentWeights;
  parameters: Parameter[];
  totalParameters: number;
  /** Those of them that are trained. */
  trainedOuter: ReadonlyMap<string, Parameter>;
}
