/** @file Llama (Touvron et al. 2023): RMS norm, rotary positions, grouped-query attention, SwiGLU. */
import { z } from "zod";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Shape, Value } from "../graph/ops";
import { type Architecture, type BlockScope, type LinearSpec, linearWeights, type ModelShape } from "./architecture";
import { attention, splitHeads } from "./attention";
import { RopeConfig, rotarySpec } from "./rotary";

/** The parts of config.json that the architecture depends on; other keys are someone else's. */
export const LlamaConfig = RopeConfig.extend({
  hidden_size: z.int().positive().max(65536),
  intermediate_size: z.int().positive().max(1048576),
  num_hidden_layers: z.int().positive().max(512),
  num_attention_heads: z.int().positive().max(1024),
  num_key_value_heads: z.int().positive().optional(),
  head_dim: z.int().positive().max(1024).nullish(),
  vocab_size: z.int().positive().max(4194304),
  max_position_embeddings: z.int().positive().default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.literal("silu", "only the activation silu is supported").default("silu"),
  attention_bias: z.literal(false, "attention biases are not supported").default(false),
  mlp_bias: z.literal(false, "MLP biases are not supported").default(false),
});
export type LlamaConfig = z.infer<typeof LlamaConfig>;

export function llama(config: LlamaConfig): Architecture {
  const hidden = config.hidden_size;
  const inner = config.intermediate_size;
  const heads = config.num_attention_heads;
  const keyValueHeads = config.num_key_value_heads ?? heads;
  const headSize = config.head_dim ?? hidden / heads;
  if (heads % keyValueHeads !== 0)
    throw new Error(`${heads} attention heads cannot share ${keyValueHeads} key heads evenly`);
  const shape: ModelShape = {
    hiddenSize: hidden,
    layers: config.num_hidden_layers,
    heads,
    keyValueHeads,
    headSize,
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    tieEmbeddings: config.tie_word_embeddings,
  };
  const linear = (module: string, inFeatures: number, outFeatures: number): LinearSpec => ({
    module,
    inFeatures,
    outFeatures,
  });
  const linears = [
    linear("self_attn.q_proj", hidden, heads * headSize),
    linear("self_attn.k_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.v_proj", hidden, keyValueHeads * headSize),
    linear("self_attn.o_proj", heads * headSize, hidden),
    linear("mlp.gate_proj", hidden, inner),
    linear("mlp.up_proj", hidden, inner),
    linear("mlp.down_proj", inner, hidden),
  ];
  const norm = (b: GraphBuilder, x: Value, weight: Value) =>
    b.op("RmsNorm", [x, weight], { epsilon: config.rms_norm_eps });
  const kind = { name: "decoder", window: null, rotary: rotarySpec(config, headSize) };
  const embeddingName = "model.embed_tokens.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "lm_head.weight";

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([
      ["input_layernorm.weight", [hidden]],
      ["post_attention_layernorm.weight", [hidden]],
      ...linearWeights(linears),
    ]),
    layerName: (layer, name) => `model.layers.${layer}.${name}`,
    kindOf: () => kind,
    embedding: { tokens: embeddingName, positions: null, scale: 1 },
    headWeights: new Map<string, Shape>([
      ["model.norm.weight", [hidden]],
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "model.",
    redundant: /\.rotary_emb\.inv_freq$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const normed = norm(b, x, scope.weight("input_layernorm.weight"));
      const q = scope.rotary(splitHeads(scope, scope.linear("self_attn.q_proj", normed), heads, headSize));
      const k = scope.rotary(splitHeads(scope, scope.linear("self_attn.k_proj", normed), keyValueHeads, headSize));
      const v = splitHeads(scope, scope.linear("self_attn.v_proj", normed), keyValueHeads, headSize);
      const mixed = attention(scope, shape, q, k, v);
      const middle = b.add(x, scope.linear("self_attn.o_proj", mixed));
      const normedMiddle = norm(b, middle, scope.weight("post_attention_layernorm.weight"));
      const gate = scope.linear("mlp.gate_proj", normedMiddle);
      const up = scope.linear("mlp.up_proj", normedMiddle);
      for (const [name, value] of Object.entries({ q, k, v, mixed, middle })) scope.keep(name, value, 1);
      for (const [name, value] of Object.entries({ gate, up })) scope.keep(name, value, 2);
      return b.add(middle, scope.linear("mlp.down_proj", b.mul(b.op("Silu", [gate], {}), up)));
    },

    head: (b, x, weight) => b.gemm(norm(b, x, weight("model.norm.weight")), weight(headName), { transB: true }),
  };
}
