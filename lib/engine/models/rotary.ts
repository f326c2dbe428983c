/** @file Rotary position embedding (Su et al. 2021): which values are turned, and how fast. */
import { z } from "zod";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import { RopeScaling, type ScaledFrequencies, scaleFrequencies } from "./rope-scaling";

export interface RotarySpec extends ScaledFrequencies {
  /** Leading values of a head that are turned, in two halves; the rest passes unchanged. */
  size: number;
}

const DEFAULT_THETA = 10_000;

/** How much of a head is turned. */
const RotatedShare = z.number().positive().max(1).nullish();

/** Newer configurations keep everything about rotary positions in one place. */
export const RopeParameters = z
  .intersection(
    RopeScaling,
    z.looseObject({ rope_theta: z.number().positive().nullish(), partial_rotary_factor: RotatedShare }),
  )
  .nullish();

/** The keys of config.json about rotary positions. */
export const RopeConfig = z.object({
  rope_theta: z.number().positive().nullish(),
  partial_rotary_factor: RotatedShare,
  rope_scaling: RopeScaling.nullish(),
  rope_parameters: RopeParameters,
  /** Before positions were stretched, where rope_scaling does not say it itself (Phi-3). */
  original_max_position_embeddings: z.int().positive().nullish(),
});
export type RopeConfig = z.infer<typeof RopeConfig>;

/** Values of a head that are turned, in models that turn its leading part only. @param byDefault share where config.json is silent */
export function rotarySize(config: RopeConfig, headSize: number, byDefault = 1): number {
  return Math.trunc(
    headSize * (config.rope_parameters?.partial_rotary_factor ?? config.partial_rotary_factor ?? byDefault),
  );
}

/**
 * @param size values of a head that are turned: all of them in most models
 * @throws Error with the reason when heads of this size cannot be turned as the configuration says
 */
export function rotarySpec(config: RopeConfig & { max_position_embeddings: number }, size: number): RotarySpec {
  if (!Number.isInteger(size) || size % 2 !== 0)
    throw new Error(`heads of ${size} values cannot be turned by position`);
  const scaling = config.rope_parameters ?? config.rope_scaling ?? { rope_type: "default" };
  const contextLength = config.max_position_embeddings;
  const inScaling = "original_max_position_embeddings" in scaling ? scaling.original_max_position_embeddings : null;
  const frequencies = scaleFrequencies(scaling, {
    theta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? DEFAULT_THETA,
    size,
    contextLength,
    originalLength: Number(config.original_max_position_embeddings ?? inScaling ?? contextLength),
  });
  return { size, ...frequencies };
}

/** cos and sin of every position below `length`: [length, size / 2] each. */
function tables(
  { inverseFrequencies, amplitude }: RotarySpec,
  length: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = inverseFrequencies.length;
  const angle = (index: number) => Math.floor(index / half) * (inverseFrequencies[index % half] as number);
  return {
    cos: Float32Array.from({ length: length * half }, (_, i) => amplitude * Math.cos(angle(i))),
    sin: Float32Array.from({ length: length * half }, (_, i) => amplitude * Math.sin(angle(i))),
  };
}

/** Makes the function that turns heads [batch, heads, t, headSize] by int64 `positions` [batch, t], all below `length`. */
export function buildRotary(b: GraphBuilder, spec: RotarySpec, positions: Value, length: number): (x: Value) => Value {
  const half = spec.size / 2;
  const { cos, sin } = tables(spec, length);
  const cosTable = b.constant(cos, [length, half]);
  const sinTable = b.constant(sin, [length, half]);
  const turn = (x: Value) => b.op("Rotary", [x, positions, cosTable, sinTable], {});
  return (x) => {
    const headSize = x.shape.at(-1) as number;
    if (headSize === spec.size) return turn(x);
    return b.op("Concat", [turn(b.slice(x, 3, 0, spec.size)), b.slice(x, 3, spec.size, headSize)], { axis: 3 });
  };
}
