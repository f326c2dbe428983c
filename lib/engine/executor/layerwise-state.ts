/** @file What an opened model holds: weights to feed, and the parameters among them that are trained. */
import type { Parameter } from "../types";

export interface LayerState {
  /** Fed under these names to every session of the layer: weights and adapters. */
  feeds: Record<string, Float32Array>;
  /** Linear layers with an adapter. */
  adapted: string[];
  /** By feed name. */
  trained: Map<string, Parameter>;
}

export interface LayerwiseState {
  embedding: Float32Array;
  finalNorm: Float32Array;
  head: Float32Array;
  layers: LayerState[];
  parameters: Parameter[];
  totalParameters: number;
  /** Full fine-tuning only. `head` is the embedding's parameter when they are tied. */
  trainedEmbedding: Parameter | null;
  trainedFinalNorm: Parameter | null;
  trainedHead: Parameter | null;
}
