/** @file What architectures with layer norm share: the norm with its bias, and GELU by the names that config.json gives it. */
import { z } from "zod";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Shape, Value } from "../graph/ops";

/** Exact ("gelu"), or one of three spellings of the same tanh approximation (Hendrycks and Gimpel 2016). */
export const GeluName = z.enum(
  ["gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"],
  "only the activations gelu, gelu_new, gelu_fast and gelu_pytorch_tanh are supported",
);
export type GeluName = z.infer<typeof GeluName>;

export function gelu(b: GraphBuilder, name: GeluName, x: Value): Value {
  return b.op("Gelu", [x], { approximation: name === "gelu" ? "none" : "tanh" });
}

/** Names and shapes of the tensors of the norm called `name`. */
export function layerNormWeights(name: string, size: number): [string, Shape][] {
  return [
    [`${name}.weight`, [size]],
    [`${name}.bias`, [size]],
  ];
}

/** Norm over the last axis of x (Ba et al. 2016). @param weight gives `<name>.weight` and `<name>.bias` */
export function layerNorm(
  b: GraphBuilder,
  x: Value,
  name: string,
  weight: (name: string) => Value,
  epsilon: number,
): Value {
  return b.op("LayerNorm", [x, weight(`${name}.weight`), weight(`${name}.bias`)], { epsilon });
}
