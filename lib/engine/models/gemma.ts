/** @file Gemma, CodeGemma too (Mesnard et al. 2024): Llama with a GELU gate, a scaled embedding, and norms kept around one. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { GatedConfig, type GatedOptions, gatedDecoder, headShapeOf } from "./gated-decoder";
import { layerKinds } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

/** What all generations of Gemma have in common beside rotary positions. */
export const AnyGemmaConfig = GatedConfig.extend({
  head_dim: z.int().positive().max(1024).default(256),
  max_position_embeddings: z.int().positive().default(8192),
  tie_word_embeddings: z.boolean().default(true),
  attention_bias: z.boolean().default(false),
  use_bidirectional_attention: z.literal(false, "attention in both directions is not supported").nullish(),
});

export const GemmaConfig = AnyGemmaConfig.extend(RopeConfig.shape).extend({
  /** The first configurations say "gelu" and mean the approximation. */
  hidden_act: z
    .enum(["gelu", "gelu_pytorch_tanh"], "only the activations gelu and gelu_pytorch_tanh are supported")
    .default("gelu_pytorch_tanh"),
});
export type GemmaConfig = z.infer<typeof GemmaConfig>;

/** Norms are kept around one, GELU opens the gate, embeddings are scaled by the root of their size. */
export function gemmaOptions(config: z.infer<typeof AnyGemmaConfig>): Omit<GatedOptions, "kinds"> {
  const { attention_bias: hasBias } = config;
  return {
    biases: { queriesKeysValues: hasBias, attentionOutput: hasBias },
    normsAroundOne: true,
    activation: "gelu_tanh",
    embeddingScale: Math.sqrt(config.hidden_size),
  };
}

export function gemma(config: GemmaConfig): Architecture {
  return gatedDecoder(config, {
    ...gemmaOptions(config),
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window: null,
      isWindowed: () => false,
      rotary: rotarySpec(config, headShapeOf(config).headSize),
    }),
  });
}
