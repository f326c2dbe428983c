/**
 * @file The decoder of Llama (Touvron et al. 2023) and its relatives: RMS norm before attention and feed-forward, rotary
 * positions, grouped-query attention, a gated feed-forward (Shazeer 2020). Options say what tells the relatives apart.
 */
import { z } from "zod";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Shape, Value } from "../graph/ops";
import {
  type Architecture,
  type BlockScope,
  type LayerKind,
  type LinearSpec,
  linearWeights,
  type ModelShape,
} from "./architecture";
import { type AttentionOptions, attention, splitHeads } from "./attention";
import { type Heads, splitByRole } from "./fused-heads";
import { headShape } from "./head-shape";

/** The parts of config.json that all of them share; other keys are someone else's. */
export const GatedConfig = z.object({
  hidden_size: z.int().positive().max(65536),
  intermediate_size: z.int().positive().max(1048576),
  num_hidden_layers: z.int().positive().max(512),
  num_attention_heads: z.int().positive().max(1024),
  num_key_value_heads: z.int().positive().nullish(),
  head_dim: z.int().positive().max(1024).nullish(),
  vocab_size: z.int().positive().max(4194304),
  max_position_embeddings: z.int().positive().default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
});
export type GatedConfig = z.infer<typeof GatedConfig>;

export const Silu = z.literal("silu", "only the activation silu is supported").default("silu");

export interface GatedOptions {
  kinds: readonly LayerKind[];
  biases?: { queriesKeysValues?: boolean; attentionOutput?: boolean; feedForward?: boolean };
  /** One product for queries, keys and values, and one for gate and up (Phi-3). */
  isFused?: boolean;
  /** Queries and keys are normed head by head before they are turned (Qwen3, Gemma 3). */
  normsHeads?: boolean;
  /** Checkpoints hold a norm's weight less one (Gemma). */
  normsAroundOne?: boolean;
  /** Attention and feed-forward end with a norm too, which makes four in a layer (Gemma 2). */
  normsOutputs?: boolean;
  activation?: "silu" | "gelu_tanh";
  embeddingScale?: number;
  attention?: AttentionOptions;
  /** Logits l become cap · tanh(l / cap). */
  logitsCap?: number | null;
}

const QKV = "self_attn.qkv_proj";
const OUTPUT = "self_attn.o_proj";
const GATE_UP = "mlp.gate_up_proj";
const DOWN = "mlp.down_proj";

export function headShapeOf(config: GatedConfig) {
  const { hidden_size: hidden, num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim } = config;
  return headShape({ hidden, heads, keyValueHeads, headSize: head_dim });
}

function linearsOf(config: GatedConfig, { biases = {}, isFused }: GatedOptions): LinearSpec[] {
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const { heads, keyValueHeads, headSize } = headShapeOf(config);
  const linear = (module: string, inFeatures: number, outFeatures: number, bias = false): LinearSpec => ({
    module,
    inFeatures,
    outFeatures,
    bias,
  });
  const { queriesKeysValues, attentionOutput, feedForward } = biases;
  const output = linear(OUTPUT, heads * headSize, hidden, attentionOutput);
  const down = linear(DOWN, inner, hidden, feedForward);
  if (isFused) {
    const qkv = linear(QKV, hidden, (heads + 2 * keyValueHeads) * headSize, queriesKeysValues);
    return [output, qkv, linear(GATE_UP, hidden, 2 * inner, feedForward), down];
  }
  return [
    linear("self_attn.q_proj", hidden, heads * headSize, queriesKeysValues),
    linear("self_attn.k_proj", hidden, keyValueHeads * headSize, queriesKeysValues),
    linear("self_attn.v_proj", hidden, keyValueHeads * headSize, queriesKeysValues),
    output,
    linear("mlp.gate_proj", hidden, inner, feedForward),
    linear("mlp.up_proj", hidden, inner, feedForward),
    down,
  ];
}

export function gatedDecoder(config: GatedConfig, options: GatedOptions): Architecture {
  const { kinds, isFused, normsHeads, normsAroundOne, normsOutputs, activation = "silu", logitsCap } = options;
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const shape: ModelShape = {
    ...headShapeOf(config),
    hiddenSize: hidden,
    layers: config.num_hidden_layers,
    vocabularySize: config.vocab_size,
    contextLength: Math.min(...kinds.map(({ rotary }) => rotary?.contextLength ?? config.max_position_embeddings)),
    tieEmbeddings: config.tie_word_embeddings,
  };
  const { heads, keyValueHeads, headSize } = shape;
  const linears = linearsOf(config, options);
  const beforeFeedForward = normsOutputs ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  const norms: [string, Shape][] = [
    "input_layernorm",
    "post_attention_layernorm",
    ...(normsOutputs ? [beforeFeedForward, "post_feedforward_layernorm"] : []),
  ].map((name) => [`${name}.weight`, [hidden]]);
  const headNorms: [string, Shape][] = normsHeads
    ? ["self_attn.q_norm.weight", "self_attn.k_norm.weight"].map((name) => [name, [headSize]])
    : [];
  const embeddingName = "model.embed_tokens.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "lm_head.weight";

  const rmsNorm = (b: GraphBuilder, x: Value, weight: Value) =>
    b.op("RmsNorm", [x, normsAroundOne ? b.add(weight, b.scalar(1)) : weight], { epsilon: config.rms_norm_eps });

  /** Queries, keys and values before positions are told. */
  const headsOf = (scope: BlockScope, x: Value): Heads => {
    if (isFused) return splitByRole(scope, scope.linear(QKV, x), shape);
    const part = (name: "q" | "k" | "v", count: number) =>
      splitHeads(scope, scope.linear(`self_attn.${name}_proj`, x), count, headSize);
    return { q: part("q", heads), k: part("k", keyValueHeads), v: part("v", keyValueHeads) };
  };

  /** Both [rows, inner]. */
  const gateAndUp = (scope: BlockScope, x: Value): { gate: Value; up: Value } => {
    if (!isFused) return { gate: scope.linear("mlp.gate_proj", x), up: scope.linear("mlp.up_proj", x) };
    const both = scope.linear(GATE_UP, x);
    return { gate: scope.b.slice(both, 1, 0, inner), up: scope.b.slice(both, 1, inner, 2 * inner) };
  };

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([...norms, ...headNorms, ...linearWeights(linears)]),
    layerName: (layer, name) => `model.layers.${layer}.${name}`,
    kindOf: (layer) => kinds[layer] as LayerKind,
    embedding: { tokens: embeddingName, positions: null, scale: options.embeddingScale ?? 1 },
    headWeights: new Map<string, Shape>([
      ["model.norm.weight", [hidden]],
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "model.",
    redundant: /\.rotary_emb\.inv_freq$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const norm = (value: Value, name: string) => rmsNorm(b, value, scope.weight(`${name}.weight`));
      const normed = norm(x, "input_layernorm");
      const plain = headsOf(scope, normed);
      const turn = (heads: Value, name: string) => scope.rotary(normsHeads ? norm(heads, name) : heads);
      const q = turn(plain.q, "self_attn.q_norm");
      const k = turn(plain.k, "self_attn.k_norm");
      const { v } = plain;
      const mixed = attention(scope, shape, q, k, v, options.attention);
      const attended = scope.linear(OUTPUT, mixed);
      const middle = b.add(x, normsOutputs ? norm(attended, "post_attention_layernorm") : attended);
      const { gate, up } = gateAndUp(scope, norm(middle, beforeFeedForward));
      const opened = activation === "silu" ? b.op("Silu", [gate], {}) : b.op("Gelu", [gate], { approximation: "tanh" });
      const fed = scope.linear(DOWN, b.mul(opened, up));
      for (const [name, value] of Object.entries({ mixed, k, v, q })) scope.keep(name, value, 1);
      for (const [name, value] of Object.entries({ gate, up, middle })) scope.keep(name, value, 2);
      if (normsHeads) for (const name of ["q", "k"] as const) scope.keep(`plain_${name}`, plain[name], 2);
      if (normsOutputs) for (const [name, value] of Object.entries({ attended, fed })) scope.keep(name, value, 2);
      return b.add(middle, normsOutputs ? norm(fed, "post_feedforward_layernorm") : fed);
    },

    head: (b, x, weight) => {
      const normed = rmsNorm(b, x, weight("model.norm.weight"));
      if (!logitsCap) return b.gemm(normed, weight(headName), { transB: true });
      const logits = b.gemm(normed, weight(headName), { transB: true, alpha: 1 / logitsCap });
      return b.mul(b.op("Tanh", [logits], {}), b.scalar(logitsCap));
    },
  };
}
