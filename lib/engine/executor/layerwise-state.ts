/** @file What an opened model holds: weights to feed, and the parameters among them that are trained. */
import type { LayerKind } from "../models/architecture";
import type { Parameter } from "../types";
import type { LentWeights } from "../weights/lent-weights";
import type { AdaptedModule } from "./adapted-linear";
import type { Matrix } from "./embed-rows";
import type { SlicedHeadState } from "./sliced-head";

export interface LayerState {
  kind: LayerKind;
  /** Fed under these names to every session of the layer, beside what is lent: weights and adapters. */
  feeds: Record<string, Float32Array | Int8Array>;
  /** Linear layers with an adapter. */
  adapted: AdaptedModule[];
  /** Weights that are trained themselves, by name inside the layer. */
  trainedWeights: string[];
  /** By feed name. */
  trained: Map<string, Parameter>;
}

export interface LayerwiseState {
  /** Weights outside the layers (embedding, final norm, head) by full name. */
  outer: ReadonlyMap<string, Matrix>;
  /** Those of them that final norm and head are fed; the matrix of logits is not among them when it is sliced. */
  headFeeds: Readonly<Record<string, Float32Array | Int8Array>>;
  /** Where the matrix of logits does not lie in memory as float32. */
  slicedHead: SlicedHeadState | null;
  layers: LayerState[];
  lent: LentWeights;
  parameters: Parameter[];
  totalParameters: number;
  /** Of the embedding's weights, by full name, those that are trained. */
  trainedEmbedding: ReadonlyMap<string, Parameter>;
  /** Of the head's weights, by the name they are fed under; a tied matrix that is trained as one is in both. */
  trainedHead: ReadonlyMap<string, Parameter>;
}
