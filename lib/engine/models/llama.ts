/** @file Llama 1 to 3 (Touvron et al. 2023), CodeLlama, DeepSeek-Coder, SmolLM2, TinyLlama, Yi: the gated decoder as it is. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { GatedConfig, gatedDecoder, headShapeOf, Silu } from "./gated-decoder";
import { layerKinds } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

export const LlamaConfig = GatedConfig.extend(RopeConfig.shape).extend({
  hidden_act: Silu,
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});
export type LlamaConfig = z.infer<typeof LlamaConfig>;

export function llama(config: LlamaConfig): Architecture {
  const { attention_bias: hasBias, mlp_bias: feedForward } = config;
  return gatedDecoder(config, {
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window: null,
      isWindowed: () => false,
      rotary: rotarySpec(config, headShapeOf(config).headSize),
    }),
    biases: { queriesKeysValues: hasBias, attentionOutput: hasBias, feedForward },
  });
}
