/** @file Phi-1 to Phi-2 (Li et al. 2023): attention and feed-forward side by side after one layer norm, partly rotated heads, biases. */
import { z } from "zod";
import type { Shape, Value } from "../graph/ops";
import { type Architecture, type BlockScope, type LinearSpec, linearWeights, type ModelShape } from "./architecture";
import { attention, splitHeads } from "./attention";
import { headShape } from "./head-shape";
import { GeluName, gelu, layerNorm, layerNormWeights } from "./layer-norm-parts";
import { RopeConfig, rotarySize, rotarySpec } from "./rotary";

export const PhiConfig = RopeConfig.extend({
  hidden_size: z.int().positive().max(65536),
  intermediate_size: z.int().positive().max(1048576),
  num_hidden_layers: z.int().positive().max(512),
  num_attention_heads: z.int().positive().max(1024),
  num_key_value_heads: z.int().positive().nullish(),
  vocab_size: z.int().positive().max(4194304),
  max_position_embeddings: z.int().positive().default(2048),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: GeluName.default("gelu_new"),
  qk_layernorm: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
});
export type PhiConfig = z.infer<typeof PhiConfig>;

/** Where config.json is silent about it, half of a head is rotated. */
const ROTATED_SHARE = 0.5;

export function phi(config: PhiConfig): Architecture {
  const hidden = config.hidden_size;
  const heads = config.num_attention_heads;
  const division = headShape({ hidden, heads, keyValueHeads: config.num_key_value_heads });
  const { keyValueHeads, headSize } = division;
  const rotary = rotarySpec(config, rotarySize(config, headSize, ROTATED_SHARE));
  const kind = { name: "decoder", window: null, rotary };
  const shape: ModelShape = {
    ...division,
    hiddenSize: hidden,
    layers: config.num_hidden_layers,
    vocabularySize: config.vocab_size,
    contextLength: rotary.contextLength,
    tieEmbeddings: config.tie_word_embeddings,
  };
  const linear = (module: string, inFeatures: number, outFeatures: number): LinearSpec => ({
    module,
    inFeatures,
    outFeatures,
    bias: true,
  });
  const linears = [
    linear("self_attn.q_proj", hidden, hidden),
    linear("self_attn.k_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.v_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.dense", hidden, hidden),
    linear("mlp.fc1", hidden, config.intermediate_size),
    linear("mlp.fc2", config.intermediate_size, hidden),
  ];
  const embeddingName = "model.embed_tokens.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "lm_head.weight";

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([
      ...layerNormWeights("input_layernorm", hidden),
      ...(config.qk_layernorm
        ? [
            ...layerNormWeights("self_attn.q_layernorm", headSize),
            ...layerNormWeights("self_attn.k_layernorm", headSize),
          ]
        : []),
      ...linearWeights(linears),
    ]),
    layerName: (layer, name) => `model.layers.${layer}.${name}`,
    kindOf: () => kind,
    embedding: { tokens: embeddingName, positions: null, scale: 1 },
    headWeights: new Map<string, Shape>([
      ...layerNormWeights("model.final_layernorm", hidden),
      ["lm_head.bias", [shape.vocabularySize]],
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "model.",
    redundant: /\.rotary_emb\.inv_freq$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const norm = (value: Value, name: string) => layerNorm(b, value, name, scope.weight, config.layer_norm_eps);
      const normed = norm(x, "input_layernorm");
      /** Heads [batch, count, length, headSize], each normed by itself where the model does so. */
      const headsOf = (part: "q" | "k", count: number) => {
        const split = splitHeads(scope, scope.linear(`self_attn.${part}_proj`, normed), count, headSize);
        return scope.rotary(config.qk_layernorm ? norm(split, `self_attn.${part}_layernorm`) : split);
      };
      const q = headsOf("q", heads);
      const k = headsOf("k", keyValueHeads);
      const v = splitHeads(scope, scope.linear("self_attn.v_proj", normed), keyValueHeads, headSize);
      const mixed = attention(scope, shape, q, k, v);
      const risen = scope.linear("mlp.fc1", normed);
      for (const [name, value] of Object.entries({ mixed, k, v, q })) scope.keep(name, value, 1);
      scope.keep("risen", risen, 2);
      const middle = b.add(x, scope.linear("self_attn.dense", mixed));
      return b.add(middle, scope.linear("mlp.fc2", gelu(b, config.hidden_act, risen)));
    },

    head: (b, x, weight) => {
      const normed = layerNorm(b, x, "model.final_layernorm", weight, config.layer_norm_eps);
      return b.gemm(normed, weight(headName), { transB: true }, weight("lm_head.bias"));
    },
  };
}
