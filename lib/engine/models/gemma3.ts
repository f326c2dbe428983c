/** @file Gemma 3, text only (Kamath et al. 2025): Gemma 2 with normed heads, no caps, and positions of their own in windowed layers. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { gatedDecoder, headShapeOf } from "./gated-decoder";
import { LaterGemmaConfig, laterGemmaOptions } from "./gemma2";
import { layerKinds } from "./layer-kinds";
import { RopeConfig, RopeParameters, rotarySpec } from "./rotary";

const GLOBAL_THETA = 1_000_000;
const LOCAL_THETA = 10_000;

export const Gemma3Config = LaterGemmaConfig.extend({
  max_position_embeddings: z.int().positive().default(131072),
  attn_logit_softcapping: z.null("caps are not supported in Gemma 3, whose code does not apply them").optional(),
  final_logit_softcapping: z.number().positive().nullish(),
  /** Every so many layers one sees everything. */
  sliding_window_pattern: z.int().positive().default(6),
  rope_theta: RopeConfig.shape.rope_theta,
  rope_local_base_freq: z.number().positive().nullish(),
  /** Of the layers that see everything. */
  rope_scaling: RopeConfig.shape.rope_scaling,
  rope_parameters: z.object({ full_attention: RopeParameters, sliding_attention: RopeParameters }).nullish(),
});
export type Gemma3Config = z.infer<typeof Gemma3Config>;

export function gemma3(config: Gemma3Config): Architecture {
  const { rope_parameters: parameters, rope_scaling, max_position_embeddings } = config;
  const { headSize } = headShapeOf(config);
  const everything = { rope_theta: config.rope_theta ?? GLOBAL_THETA, rope_scaling, max_position_embeddings };
  const windowed = { rope_theta: config.rope_local_base_freq ?? LOCAL_THETA, max_position_embeddings };
  return gatedDecoder(config, {
    ...laterGemmaOptions(config, null),
    logitsCap: config.final_logit_softcapping ?? null,
    normsHeads: true,
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window: config.sliding_window,
      layerTypes: config.layer_types,
      isWindowed: (layer) => (layer + 1) % config.sliding_window_pattern !== 0,
      rotary: rotarySpec({ ...everything, rope_parameters: parameters?.full_attention }, headSize),
      windowedRotary: rotarySpec({ ...windowed, rope_parameters: parameters?.sliding_attention }, headSize),
    }),
  });
}
