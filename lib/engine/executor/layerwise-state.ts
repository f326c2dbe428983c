/** @file What an opened model holds: weights to feed, and the parameters among them that are trained. */
import type { LayerKind } from "../models/architecture";
import type { Parameter } from "../types";
import type { LentWeights } from "../weights/lent-weights";
import type { Matrix } from "./embed-rows";
import type { SlicedHeadState } from "./sliced-head";

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
  outer: ReadonlyMap<string, Matrix>;
  /** Those of them that final norm and head are fed; the matrix of logits is not among them when it is sliced. */
  headFeeds: Readonly<Record<string, Float32Array>>;
  /** Where the matrix of logits does not lie in memory as float32. */
  slicedHead: SlicedHeadState | null;
  layers: LayerState[];
  lent: LentWeights;
  parameters: Parameter[];
  totalParameters: number;
  /** Those of them that are trained. */
  trainedOuter: ReadonlyMap<string, Parameter>;
}
