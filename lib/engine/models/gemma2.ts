/** @file Gemma 2 (Riviere et al. 2024): four norms, capped scores and logits, every second layer through a window. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { type GatedOptions, gatedDecoder, headShapeOf } from "./gated-decoder";
import { AnyGemmaConfig, gemmaOptions } from "./gemma";
import { LayerTypes, layerKinds, WindowSize } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

const Cap = z.number().positive().nullable();

/** What Gemma 2 and 3 have in common beside rotary positions. */
export const LaterGemmaConfig = AnyGemmaConfig.extend({
  hidden_activation: z
    .literal("gelu_pytorch_tanh", "only the activation gelu_pytorch_tanh is supported")
    .default("gelu_pytorch_tanh"),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: WindowSize.default(4096),
  layer_types: LayerTypes,
});

export const Gemma2Config = LaterGemmaConfig.extend(RopeConfig.shape).extend({
  attn_logit_softcapping: Cap.default(50),
  final_logit_softcapping: Cap.default(30),
});
export type Gemma2Config = z.infer<typeof Gemma2Config>;

export function laterGemmaOptions(
  config: z.infer<typeof LaterGemmaConfig>,
  softcap: number | null,
): Omit<GatedOptions, "kinds"> {
  const scale = 1 / Math.sqrt(config.query_pre_attn_scalar);
  return { ...gemmaOptions(config), normsOutputs: true, attention: { scale, ...(softcap && { softcap }) } };
}

export function gemma2(config: Gemma2Config): Architecture {
  return gatedDecoder(config, {
    ...laterGemmaOptions(config, config.attn_logit_softcapping),
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
