/** @file Gemma 2 (Riviere et al. 2024): four norms, capped scores and logits, every second layer through a window. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { GatedConfig, type GatedOptions, gatedDecoder, headShapeOf } from "./gated-decoder";
import { LayerTypes, layerKinds, WindowSize } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

const Cap = z.number().positive().nullable();

/** What Gemma 2 and 3 have in common beside rotary positions. */
export const GemmaConfig = GatedConfig.extend({
  head_dim: z.int().positive().max(1024).default(256),
  max_position_embeddings: z.int().positive().default(8192),
  tie_word_embeddings: z.boolean().default(true),
  hidden_activation: z
    .literal("gelu_pytorch_tanh", "only the activation gelu_pytorch_tanh is supported")
    .default("gelu_pytorch_tanh"),
  attention_bias: z.boolean().default(false),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: WindowSize.default(4096),
  layer_types: LayerTypes,
  use_bidirectional_attention: z.literal(false, "attention in both directions is not supported").nullish(),
});
export type GemmaConfig = z.infer<typeof GemmaConfig>;

export const Gemma2Config = GemmaConfig.extend(RopeConfig.shape).extend({
  attn_logit_softcapping: Cap.default(50),
  final_logit_softcapping: Cap.default(30),
});
export type Gemma2Config = z.infer<typeof Gemma2Config>;

/** Embeddings are scaled by the root of their size, norms are kept around one, GELU opens the gate. */
export function gemmaOptions(config: GemmaConfig, softcap: number | null): Omit<GatedOptions, "kinds"> {
  const { attention_bias: hasBias } = config;
  return {
    biases: { queriesKeysValues: hasBias, attentionOutput: hasBias },
    normsAroundOne: true,
    normsOutputs: true,
    activation: "gelu_tanh",
    embeddingScale: Math.sqrt(config.hidden_size),
    attention: { scale: 1 / Math.sqrt(config.query_pre_attn_scalar), ...(softcap && { softcap }) },
  };
}

export function gemma2(config: Gemma2Config): Architecture {
  return gatedDecoder(config, {
    ...gemmaOptions(config, config.attn_logit_softcapping),
    logitsCap: config.final_logit_softcapping,
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window: config.sliding_window,
      layerTypes: config.layer_types,
      isWindowed: (layer) => layer % 2 === 0,
      rotary: rotarySpec(config, headShapeOf(config).headSize),
    }),
  });
}
