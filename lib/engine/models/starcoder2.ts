/** @file StarCoder2 (Lozhkov et al. 2024): layer norm, rotary positions, grouped-query attention in a window, GELU, biases. */
import { z } from "zod";
import type { Shape, Value } from "../graph/ops";
import { type Architecture, type BlockScope, type LinearSpec, linearWeights, type ModelShape } from "./architecture";
import { attention, splitHeads } from "./attention";
import { headShape } from "./head-shape";
import { GeluName, gelu, layerNorm, layerNormWeights } from "./layer-norm-parts";
import { RopeConfig, rotarySpec } from "./rotary";

export const Starcoder2Config = RopeConfig.extend({
  hidden_size: z.int().positive().max(65536),
  intermediate_size: z.int().positive().max(1048576),
  num_hidden_layers: z.int().positive().max(512),
  num_attention_heads: z.int().positive().max(1024),
  num_key_value_heads: z.int().positive().default(2),
  vocab_size: z.int().positive().max(4194304),
  max_position_embeddings: z.int().positive().default(4096),
  norm_epsilon: z.number().positive().default(1e-5),
  sliding_window: z.int().positive().nullish(),
  hidden_act: GeluName.default("gelu_pytorch_tanh"),
  use_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
});
export type Starcoder2Config = z.infer<typeof Starcoder2Config>;

export function starcoder2(config: Starcoder2Config): Architecture {
  const hidden = config.hidden_size;
  const heads = config.num_attention_heads;
  const division = headShape({ hidden, heads, keyValueHeads: config.num_key_value_heads });
  const { keyValueHeads, headSize } = division;
  const rotary = rotarySpec(config, headSize);
  const kind = { name: "decoder", window: config.sliding_window ?? null, rotary };
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
    bias: config.use_bias,
  });
  const linears = [
    linear("self_attn.q_proj", hidden, hidden),
    linear("self_attn.k_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.v_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.o_proj", hidden, hidden),
    linear("mlp.c_fc", hidden, config.intermediate_size),
    linear("mlp.c_proj", config.intermediate_size, hidden),
  ];
  const embeddingName = "model.embed_tokens.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "lm_head.weight";

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([
      ...layerNormWeights("input_layernorm", hidden),
      ...layerNormWeights("post_attention_layernorm", hidden),
      ...linearWeights(linears),
    ]),
    layerName: (layer, name) => `model.layers.${layer}.${name}`,
    kindOf: () => kind,
    embedding: { tokens: embeddingName, positions: null, scale: 1 },
    headWeights: new Map<string, Shape>([
      ...layerNormWeights("model.norm", hidden),
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "model.",
    redundant: /\.rotary_emb\.inv_freq$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const norm = (value: Value, name: string) => layerNorm(b, value, name, scope.weight, config.norm_epsilon);
      const normed = norm(x, "input_layernorm");
      const q = scope.rotary(splitHeads(scope, scope.linear("self_attn.q_proj", normed), heads, headSize));
      const k = scope.rotary(splitHeads(scope, scope.linear("self_attn.k_proj", normed), keyValueHeads, headSize));
      const v = splitHeads(scope, scope.linear("self_attn.v_proj", normed), keyValueHeads, headSize);
      const mixed = attention(scope, shape, q, k, v);
      const middle = b.add(x, scope.linear("self_attn.o_proj", mixed));
      const risen = scope.linear("mlp.c_fc", norm(middle, "post_attention_layernorm"));
      for (const [name, value] of Object.entries({ mixed, k, v, q })) scope.keep(name, value, 1);
      scope.keep("risen", risen, 2);
      scope.keep("middle", middle, 2);
      return b.add(middle, scope.linear("mlp.c_proj", gelu(b, config.hidden_act, risen)));
    },

    head: (b, x, weight) => {
      const normed = layerNorm(b, x, "model.norm", weight, config.norm_epsilon);
      return b.gemm(normed, weight(headName), { transB: true });
    },
  };
}
