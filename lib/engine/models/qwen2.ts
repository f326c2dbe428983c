/** @file Qwen2 and 2.5, Coder too (Yang et al. 2024): Llama with biases of queries, keys and values, and windows in the upper layers. */
import { z } from "zod";
import type { Architecture, LayerKind } from "./architecture";
import { GatedConfig, gatedDecoder, headShapeOf, Silu } from "./gated-decoder";
import { LayerTypes, layerKinds, WindowSize } from "./layer-kinds";
import { RopeConfig, rotarySpec } from "./rotary";

/** Published configurations name a window that `use_sliding_window` then leaves unused. */
export const QwenConfig = GatedConfig.extend(RopeConfig.shape).extend({
  hidden_act: Silu,
  max_position_embeddings: z.int().positive().default(32768),
  use_sliding_window: z.boolean().default(false),
  sliding_window: WindowSize.default(4096),
  /** The layers below this one see everything. */
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: LayerTypes,
});
export type QwenConfig = z.infer<typeof QwenConfig>;

export function qwenKinds(config: QwenConfig): LayerKind[] {
  const window = config.use_sliding_window ? config.sliding_window : null;
  return layerKinds({
    layers: config.num_hidden_layers,
    window,
    layerTypes: config.layer_types,
    isWindowed: (layer) => window !== null && layer >= config.max_window_layers,
    rotary: rotarySpec(config, headShapeOf(config).headSize),
  });
}

export function qwen2(config: QwenConfig): Architecture {
  return gatedDecoder(config, { kinds: qwenKinds(config), biases: { queriesKeysValues: true } });
}
