/** @file GPT-NeoX (Black et al. 2022; Pythia): fused attention head by head, partly rotated heads, mostly parallel residuals. */
import { z } from "zod";
import type { Shape, Value } from "../graph/ops";
import { type Architecture, type BlockScope, type LinearSpec, linearWeights, type ModelShape } from "./architecture";
import { attention } from "./attention";
import { splitByHead } from "./fused-heads";
import { headShape } from "./head-shape";
import { GeluName, gelu, layerNorm, layerNormWeights } from "./layer-norm-parts";
import { RopeConfig, rotarySize, rotarySpec } from "./rotary";

export const GptNeoxConfig = RopeConfig.extend({
  hidden_size: z.int().positive().max(65536),
  intermediate_size: z.int().positive().max(1048576),
  num_hidden_layers: z.int().positive().max(512),
  num_attention_heads: z.int().positive().max(1024),
  vocab_size: z.int().positive().max(4194304),
  max_position_embeddings: z.int().positive().default(2048),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: GeluName.default("gelu"),
  /** Names of their own for what others call rope_theta and partial_rotary_factor. */
  rotary_emb_base: z.number().positive().nullish(),
  rotary_pct: z.number().positive().max(1).nullish(),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
});
export type GptNeoxConfig = z.infer<typeof GptNeoxConfig>;

/** Where config.json is silent about it, a quarter of a head is rotated. */
const ROTATED_SHARE = 0.25;

export function gptNeox(config: GptNeoxConfig): Architecture {
  const hidden = config.hidden_size;
  const heads = config.num_attention_heads;
  const division = headShape({ hidden, heads });
  const { headSize } = division;
  const turned = rotarySize(config, headSize, config.rotary_pct ?? ROTATED_SHARE);
  const rotary = rotarySpec({ ...config, rope_theta: config.rope_theta ?? config.rotary_emb_base }, turned);
  const kind = { name: "decoder", window: null, rotary };
  const shape: ModelShape = {
    ...division,
    hiddenSize: hidden,
    layers: config.num_hidden_layers,
    vocabularySize: config.vocab_size,
    contextLength: rotary.contextLength,
    tieEmbeddings: config.tie_word_embeddings,
  };
  const linear = (module: string, inFeatures: number, outFeatures: number, bias = true): LinearSpec => ({
    module,
    inFeatures,
    outFeatures,
    bias,
  });
  const linears = [
    linear("attention.query_key_value", hidden, 3 * hidden, config.attention_bias),
    linear("attention.dense", hidden, hidden, config.attention_bias),
    linear("mlp.dense_h_to_4h", hidden, config.intermediate_size),
    linear("mlp.dense_4h_to_h", config.intermediate_size, hidden),
  ];
  const embeddingName = "gpt_neox.embed_in.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "embed_out.weight";

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([
      ...layerNormWeights("input_layernorm", hidden),
      ...layerNormWeights("post_attention_layernorm", hidden),
      ...linearWeights(linears),
    ]),
    layerName: (layer, name) => `gpt_neox.layers.${layer}.${name}`,
    kindOf: () => kind,
    embedding: { tokens: embeddingName, positions: null, scale: 1 },
    headWeights: new Map<string, Shape>([
      ...layerNormWeights("gpt_neox.final_layer_norm", hidden),
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "gpt_neox.",
    redundant: shape.tieEmbeddings
      ? /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$|^embed_out\.weight$/
      : /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const norm = (value: Value, name: string) => layerNorm(b, value, name, scope.weight, config.layer_norm_eps);
      const fused = scope.linear("attention.query_key_value", norm(x, "input_layernorm"));
      const parts = splitByHead(scope, fused, shape);
      const q = scope.rotary(parts.q);
      const k = scope.rotary(parts.k);
      const { v } = parts;
      const mixed = attention(scope, shape, q, k, v);
      const middle = b.add(x, scope.linear("attention.dense", mixed));
      const before = config.use_parallel_residual ? x : middle;
      const risen = scope.linear("mlp.dense_h_to_4h", norm(before, "post_attention_layernorm"));
      for (const [name, value] of Object.entries({ mixed, k, v, q })) scope.keep(name, value, 1);
      scope.keep("risen", risen, 2);
      if (!config.use_parallel_residual) scope.keep("middle", middle, 2);
      return b.add(middle, scope.linear("mlp.dense_4h_to_h", gelu(b, config.hidden_act, risen)));
    },

    head: (b, x, weight) => {
      const normed = layerNorm(b, x, "gpt_neox.final_layer_norm", weight, config.layer_norm_eps);
      return b.gemm(normed, weight(headName), { transB: true });
    },
  };
}
