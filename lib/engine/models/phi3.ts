/** @file Phi-3 to Phi-4 (Abdin et al. 2024): Llama with fused products, partly turned heads, and perhaps a window. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { GatedConfig, gatedDecoder, headShapeOf, Silu } from "./gated-decoder";
import { layerKinds, WindowSize } from "./layer-kinds";
import { RopeConfig, rotarySize, rotarySpec } from "./rotary";

export const Phi3Config = GatedConfig.extend(RopeConfig.shape).extend({
  hidden_act: Silu,
  rms_norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.int().positive().default(4096),
  sliding_window: WindowSize.default(null),
});
export type Phi3Config = z.infer<typeof Phi3Config>;

export function phi3(config: Phi3Config): Architecture {
  const window = config.sliding_window;
  return gatedDecoder(config, {
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window,
      isWindowed: () => window !== null,
      rotary: rotarySpec(config, rotarySize(config, headShapeOf(config).headSize)),
    }),
    isFused: true,
  });
}
