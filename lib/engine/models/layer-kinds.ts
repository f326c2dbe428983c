/** @file Which layers see everything before a token, and which no more than a window of it. */
import { z } from "zod";
import type { LayerKind } from "./architecture";
import type { RotarySpec } from "./rotary";

export const LayerTypes = z
  .array(
    z.enum(
      ["full_attention", "sliding_attention"],
      "only the layer types full_attention and sliding_attention are supported",
    ),
  )
  .nullish();

export const WindowSize = z.int().positive().nullable();

interface KindsOptions {
  layers: number;
  /** Tokens that a token of a windowed layer sees, itself included. */
  window: number | null;
  /** What config.json lists layer by layer goes before `isWindowed`. */
  layerTypes?: z.infer<typeof LayerTypes>;
  isWindowed(layer: number): boolean;
  rotary: RotarySpec;
  /** Where windowed layers have positions of their own. */
  windowedRotary?: RotarySpec;
}

/** The kind of every layer. @throws Error with the reason when the configuration contradicts itself */
export function layerKinds(options: KindsOptions): LayerKind[] {
  const { layers, window, layerTypes, isWindowed, rotary, windowedRotary = rotary } = options;
  if (layerTypes && layerTypes.length !== layers)
    throw new Error(`layer_types lists ${layerTypes.length} layers, num_hidden_layers says ${layers}`);
  const full: LayerKind = { name: "full", window: null, rotary };
  return Array.from({ length: layers }, (_, layer) => {
    const sees = layerTypes ? layerTypes[layer] === "sliding_attention" : isWindowed(layer);
    if (!sees) return full;
    if (window === null) throw new Error(`layer ${layer} is of type sliding_attention, but there is no sliding_window`);
    return { name: "windowed", window, rotary: windowedRotary };
  });
}
