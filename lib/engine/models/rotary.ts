/** @file Rotary position embedding (Su et al. 2021): which values are turned, and how fast. */
import { z } from "zod";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";

export interface RotarySpec {
  /** Leading values of a head that are turned, in two halves; the rest passes unchanged. */
  size: number;
  /** [size / 2], radians per position. */
  inverseFrequencies: readonly number[];
}

const DEFAULT_THETA = 10_000;

const Scaling = z.discriminatedUnion("rope_type", [
  z.looseObject({ rope_type: z.literal("default") }),
  z.looseObject({ rope_type: z.literal("linear"), factor: z.number().min(1) }),
  z.looseObject({
    rope_type: z.literal("llama3"),
    factor: z.number().min(1),
    low_freq_factor: z.number().positive(),
    high_freq_factor: z.number().positive(),
    original_max_position_embeddings: z.int().positive(),
  }),
]);
type Scaling = z.infer<typeof Scaling>;

/** Older configurations say "type". */
const withRopeType = (value: unknown) =>
  typeof value === "object" && value !== null && !("rope_type" in value) && "type" in value
    ? { ...value, rope_type: value.type }
    : value;

/** How much of a head is turned. */
const RotatedShare = z.number().positive().max(1).nullish();

/** The keys of config.json about rotary positions; newer configurations keep all of it in rope_parameters. */
export const RopeConfig = z.object({
  rope_theta: z.number().positive().nullish(),
  partial_rotary_factor: RotatedShare,
  rope_scaling: z.preprocess(withRopeType, Scaling.nullish()),
  rope_parameters: z.preprocess(
    (value) =>
      typeof value === "object" && value !== null && !("rope_type" in value)
        ? { ...value, rope_type: "default" }
        : value,
    z
      .intersection(
        Scaling,
        z.looseObject({ rope_theta: z.number().positive().nullish(), partial_rotary_factor: RotatedShare }),
      )
      .nullish(),
  ),
});
export type RopeConfig = z.infer<typeof RopeConfig>;

/** Values of a head that are turned, in models that turn its leading part only. @param byDefault share where config.json is silent */
export function rotarySize(config: RopeConfig, headSize: number, byDefault = 1): number {
  return Math.trunc(
    headSize * (config.rope_parameters?.partial_rotary_factor ?? config.partial_rotary_factor ?? byDefault),
  );
}

/** @param size values of a head that are turned: all of them in most models */
export function rotarySpec(config: RopeConfig, size: number): RotarySpec {
  if (!Number.isInteger(size) || size % 2 !== 0)
    throw new Error(`heads of ${size} values cannot be turned by position`);
  const theta = config.rope_theta ?? config.rope_parameters?.rope_theta ?? DEFAULT_THETA;
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  const scaling: Scaling = config.rope_parameters ?? config.rope_scaling ?? { rope_type: "default" };
  return { size, inverseFrequencies: plain.map((frequency) => scaled(frequency, scaling)) };
}

function scaled(frequency: number, scaling: Scaling): number {
  switch (scaling.rope_type) {
    case "default":
      return frequency;
    // Position interpolation (Chen et al. 2023).
    case "linear":
      return frequency / scaling.factor;
    // Llama 3.1: long waves are stretched, short ones kept, those between blended.
    case "llama3": {
      const turns = (scaling.original_max_position_embeddings * frequency) / (2 * Math.PI);
      const blend = (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
      const kept = Math.min(1, Math.max(0, blend));
      return (1 - kept) * (frequency / scaling.factor) + kept * frequency;
    }
  }
}

/** cos and sin of every position below `length`: [length, size / 2] each. */
function tables({ inverseFrequencies }: RotarySpec, length: number): { cos: Float32Array; sin: Float32Array } {
  const half = inverseFrequencies.length;
  const angle = (index: number) => Math.floor(index / half) * (inverseFrequencies[index % half] as number);
  return {
    cos: Float32Array.from({ length: length * half }, (_, i) => Math.cos(angle(i))),
    sin: Float32Array.from({ length: length * half }, (_, i) => Math.sin(angle(i))),
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
