/**
 * @file The decoder of GPT-2 (Radford et al. 2019): layer norm before attention and feed-forward, one product for queries,
 * keys and values, learned positions, GELU. GPT-2 and GPT-BigCode differ in how their weights lie.
 */
import { z } from "zod";
import type { Shape, Value } from "../graph/ops";
import { type Architecture, type BlockScope, type LinearSpec, linearWeights, type ModelShape } from "./architecture";
import { attention } from "./attention";
import type { Heads } from "./fused-heads";
import { headShape } from "./head-shape";
import { type GeluName, gelu, layerNorm, layerNormWeights } from "./layer-norm-parts";

/** The parts of config.json that both depend on. The activation's default is each architecture's own. */
export const GptConfig = z.object({
  n_embd: z.int().positive().max(65536).default(768),
  n_inner: z.int().positive().max(1048576).nullish(),
  n_layer: z.int().positive().max(512).default(12),
  n_head: z.int().positive().max(1024).default(12),
  n_positions: z.int().positive().default(1024),
  vocab_size: z.int().positive().max(4194304).default(50257),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(true),
  add_cross_attention: z.literal(false, "cross-attention is not supported").default(false),
});

export interface GptOptions {
  activation: GeluName;
  keyValueHeads: number;
  layout: LinearSpec["layout"];
  /** Takes the output of attn.c_attn apart. */
  split: (scope: BlockScope, x: Value, shape: ModelShape) => Heads;
  /** In layer i scores are divided by i + 1 as well, as Mistral's GPT-2 and CodeParrot do. */
  dividesByDepth?: boolean;
}

const DEPTH_SCALE = "attention_scale";

export function gptDecoder(config: z.infer<typeof GptConfig>, options: GptOptions): Architecture {
  const { activation, keyValueHeads, layout, split, dividesByDepth = false } = options;
  const hidden = config.n_embd;
  const inner = config.n_inner ?? 4 * hidden;
  const heads = config.n_head;
  const shape: ModelShape = {
    ...headShape({ hidden, heads, keyValueHeads }),
    hiddenSize: hidden,
    layers: config.n_layer,
    vocabularySize: config.vocab_size,
    contextLength: config.n_positions,
    tieEmbeddings: config.tie_word_embeddings,
  };
  const linear = (module: string, inFeatures: number, outFeatures: number): LinearSpec => ({
    module,
    inFeatures,
    outFeatures,
    bias: true,
    layout,
  });
  const linears = [
    linear("attn.c_attn", hidden, (heads + 2 * keyValueHeads) * shape.headSize),
    linear("attn.c_proj", hidden, hidden),
    linear("mlp.c_fc", hidden, inner),
    linear("mlp.c_proj", inner, hidden),
  ];
  const kind = { name: "decoder", window: null, rotary: null };
  const embeddingName = "transformer.wte.weight";
  const headName = shape.tieEmbeddings ? embeddingName : "lm_head.weight";
  const scale = config.scale_attn_weights ? 1 / Math.sqrt(shape.headSize) : 1;

  return {
    shape,
    linears,
    layerWeights: new Map<string, Shape>([
      ...layerNormWeights("ln_1", hidden),
      ...layerNormWeights("ln_2", hidden),
      ...linearWeights(linears),
    ]),
    layerName: (layer, name) => `transformer.h.${layer}.${name}`,
    ...(dividesByDepth && { layerScalars: (layer: number) => ({ [DEPTH_SCALE]: 1 / (layer + 1) }) }),
    kindOf: () => kind,
    embedding: {
      tokens: embeddingName,
      positions: { name: "transformer.wpe.weight", rows: shape.contextLength, offset: 0 },
      scale: 1,
    },
    headWeights: new Map<string, Shape>([
      ...layerNormWeights("transformer.ln_f", hidden),
      [headName, [shape.vocabularySize, hidden]],
    ]),
    optionalPrefix: "transformer.",
    redundant: /\.attn\.(bias|masked_bias)$/,

    block(scope: BlockScope, x: Value): Value {
      const { b } = scope;
      const norm = (value: Value, name: string) => layerNorm(b, value, name, scope.weight, config.layer_norm_epsilon);
      const { q: queries, k, v } = split(scope, scope.linear("attn.c_attn", norm(x, "ln_1")), shape);
      const q = dividesByDepth ? b.mul(queries, scope.scalar(DEPTH_SCALE)) : queries;
      const mixed = attention(scope, shape, q, k, v, { scale });
      const middle = b.add(x, scope.linear("attn.c_proj", mixed));
      const risen = scope.linear("mlp.c_fc", norm(middle, "ln_2"));
      for (const [name, value] of Object.entries({ mixed, k, v, q })) scope.keep(name, value, 1);
      scope.keep("risen", risen, 2);
      scope.keep("middle", middle, 2);
      return b.add(middle, scope.linear("mlp.c_proj", gelu(b, activation, risen)));
    },

    head: (b, x, weight) => {
      const normed = layerNorm(b, x, "transformer.ln_f", weight, config.layer_norm_epsilon);
      return b.gemm(normed, weight(headName), { transB: true });
    },
  };
}
