/** @file Mistral (Jiang et al. 2023): Llama whose layers all look through a window, or none does. */
import type { z } from "zod";
import type { Architecture } from "./architecture";
import { GatedConfig, gatedDecoder, headShapeOf, Silu } from "./gated-decoder";
import { layerKinds, WindowSize } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

export const MistralConfig = GatedConfig.extend(RopeConfig.shape).extend({
  hidden_act: Silu,
  /** Null, as from version 0.2 on, means none; the first models say nothing and mean 4,096. */
  sliding_window: WindowSize.default(4096),
});
export type MistralConfig = z.infer<typeof MistralConfig>;

export function mistral(config: MistralConfig): Architecture {
  const window = config.sliding_window;
  return gatedDecoder(config, {
    kinds: layerKinds({
      layers: config.num_hidden_layers,
      window,
      isWindowed: () => window !== null,
      rotary: rotarySpec(config, headShapeOf(config).headSize),
    }),
  });
}
