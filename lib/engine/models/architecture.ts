/** @file What an architecture has to say of itself. One definition serves training, evaluation and sampling. */
import type { LinearModule } from "@/lib/contracts/run-plan";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Shape, Value } from "../graph/ops";
import type { RotarySpec } from "./rotary";

export interface ModelShape {
  hiddenSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  vocabularySize: number;
  contextLength: number;
  /** The output head is the embedding matrix. */
  tieEmbeddings: boolean;
}

export interface LinearSpec {
  /** Name inside a layer, e.g. "self_attn.q_proj". */
  module: string;
  inFeatures: number;
  outFeatures: number;
  /** Has `<module>.bias` [out]. */
  bias?: boolean;
  /** How `<module>.weight` lies in the checkpoint: [out, in] as torch's Linear (default), or [in, out] as GPT-2's Conv1D. */
  layout?: "out_in" | "in_out";
}

/** Layers of one kind look alike, so that one session serves them all. */
export interface LayerKind {
  name: string;
  /** A token sees this many tokens, itself included; null: all before it. */
  window: number | null;
  /** Null where positions are not told by rotation. */
  rotary: RotarySpec | null;
}

/** What a decoder block gets from the executor while it builds its part of the graph. */
export interface BlockScope {
  b: GraphBuilder;
  batchSize: number;
  blockLength: number;
  kind: LayerKind;
  /** A frozen or trained weight of this layer, by its name inside the layer, e.g. "input_layernorm.weight". */
  weight(name: string): Value;
  /** A number of this layer, as `layerScalars` names it. */
  scalar(name: string): Value;
  /** x [rows, in] → [rows, out] through the named linear layer, bias and adapter included where it has them. */
  linear(module: string, x: Value): Value;
  /** Turns heads [batch, heads, length, headSize] by their positions, as the layer's kind says. */
  rotary(x: Value): Value;
  /** Additive attention masks, one per chunk of query rows; see attention.ts. */
  masks: readonly AttentionChunk[];
  /** Sampling one token after others: their keys and values; null when the whole sequence is at hand. */
  past: PastTokens | null;
  /**
   * Marks a value that may be kept from the forward for the backward pass instead of being computed again.
   * What costs most to compute again for each byte goes first: a lower tier, and in a tier what was marked first. Keys as attention sees them are offered as "k",
   * values as "v", both [batch, keyValueHeads, length, headSize]: sampling goes on from them.
   */
  keep(name: string, value: Value, tier: 1 | 2 | 3): void;
}

export interface PastTokens {
  /** [1, keyValueHeads, cacheLength, headSize] */
  keys: Value;
  values: Value;
  /** [1, 1, 1, 1, cacheLength + 1], additive; the last entry is the new token itself. */
  mask: Value;
}

/** Query rows start … end - 1, which see keys keyStart … end - 1 at most. */
export interface ChunkBounds {
  start: number;
  end: number;
  keyStart: number;
}

export interface AttentionChunk extends ChunkBounds {
  /** [batch, 1, 1, end - start, end - keyStart]: 0 where attention is allowed, a large negative number where not. */
  mask: Value;
}

/** x0 = scale · E[token] (+ P[position + offset]) */
export interface EmbeddingSpec {
  /** Weight [vocabulary, hidden]. */
  tokens: string;
  /** Learned positions: weight [rows, hidden]; null where attention tells positions. */
  positions: { name: string; rows: number; offset: number } | null;
  scale: number;
}

export interface Architecture {
  shape: ModelShape;
  kindOf(layer: number): LayerKind;
  linears: readonly LinearSpec[];
  /** Weights of a layer by name inside the layer: norms, and what `linearWeights` lists. */
  layerWeights: ReadonlyMap<string, Shape>;
  /** Full name in the checkpoint of a layer's weight or module. */
  layerName(layer: number, name: string): string;
  /** Numbers that differ from layer to layer, fed by name so that one session serves them all; the same names for each. */
  layerScalars?: (layer: number) => Readonly<Record<string, number>>;
  embedding: EmbeddingSpec;
  /** Weights that final norm and head need, by full name. The last matrix is the embedding's when they are tied. */
  headWeights: ReadonlyMap<string, Shape>;
  /** Some published checkpoints leave this beginning of all names out. */
  optionalPrefix: string;
  /** Names of tensors that checkpoints carry beside their weights: masks and tables that we compute. */
  redundant: RegExp | null;
  /** x [batch · length, hidden] → the same shape. */
  block(scope: BlockScope, x: Value): Value;
  /** Final norm and logits: x [rows, hidden] → [rows, vocabulary]. */
  head(b: GraphBuilder, x: Value, weight: (fullName: string) => Value): Value;
}

/** Names and shapes of the tensors of linear layers. */
export function linearWeights(linears: readonly LinearSpec[]): [string, Shape][] {
  return linears.flatMap(({ module, inFeatures, outFeatures, bias, layout }) => {
    const weight: [string, Shape] = [
      `${module}.weight`,
      layout === "in_out" ? [inFeatures, outFeatures] : [outFeatures, inFeatures],
    ];
    return bias ? [weight, [`${module}.bias`, [outFeatures]] as [string, Shape]] : [weight];
  });
}

/** Full name of the matrix [vocabulary, hidden] that logits are made with. */
export function headMatrix({ headWeights, shape }: Architecture): string {
  const found = [...headWeights].find(([, size]) => size.length === 2 && size[0] === shape.vocabularySize);
  if (!found) throw new Error("internal: the head has no matrix with a row for each token");
  return found[0];
}

/** Every linear layer by full name. How a weight lies in the file makes no difference: Conv1D keeps [in, out], Linear [out, in]. */
export function linearModules({ shape, linears, layerName }: Architecture): LinearModule[] {
  return Array.from({ length: shape.layers }, (_, layer) =>
    linears.map(({ module, inFeatures, outFeatures }) => ({
      name: layerName(layer, module),
      inputs: inFeatures,
      outputs: outFeatures,
    })),
  ).flat();
}

/** A head that is tied to the embedding is no weight of its own, but modules_to_save may name it: it is untied then. */
export function tiedHead({ shape, redundant }: Architecture): string | null {
  if (!shape.tieEmbeddings) return null;
  return redundant?.test("embed_out.weight") ? "embed_out.weight" : "lm_head.weight";
}

/** Full name → shape of every weight that the architecture needs, in a fixed order. */
export function expectedWeights(architecture: Architecture): Map<string, Shape> {
  const { shape, embedding, headWeights, layerWeights, layerName } = architecture;
  const expected = new Map<string, Shape>([[embedding.tokens, [shape.vocabularySize, shape.hiddenSize]]]);
  if (embedding.positions) expected.set(embedding.positions.name, [embedding.positions.rows, shape.hiddenSize]);
  for (const [name, weightShape] of headWeights) expected.set(name, weightShape);
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const [name, weightShape] of layerWeights) expected.set(layerName(layer, name), weightShape);
  }
  return expected;
}
