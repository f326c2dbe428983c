/** @file How models stretch their rotary positions beyond the context that they were first trained on. */
import { z } from "zod";

const factor = z.number().min(1);
const originalLength = z.int().positive().nullish();
/** What cos and sin are multiplied by; computed from the factor where it is not given. */
const attentionFactor = z.number().positive().nullish();
const frequencyFactors = z.array(z.number().positive()).max(1024);

const SCALINGS = ["default", "linear", "dynamic", "llama3", "yarn", "longrope"] as const;

/** Older configurations say "type", and the first Phi-3 models call longrope su or yarn. */
function withRopeType(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const named = { rope_type: "type" in value ? value.type : "default", ...value };
  const isLong = named.rope_type === "su" || (named.rope_type === "yarn" && "short_factor" in value);
  return isLong ? { ...named, rope_type: "longrope" } : named;
}

export const RopeScaling = z.preprocess(
  withRopeType,
  z.discriminatedUnion(
    "rope_type",
    [
      z.looseObject({ rope_type: z.literal("default") }),
      z.looseObject({ rope_type: z.literal("linear"), factor }),
      z.looseObject({ rope_type: z.literal("dynamic"), factor }),
      z.looseObject({
        rope_type: z.literal("llama3"),
        factor,
        low_freq_factor: z.number().positive(),
        high_freq_factor: z.number().positive(),
        original_max_position_embeddings: originalLength,
      }),
      z.looseObject({
        rope_type: z.literal("yarn"),
        factor,
        attention_factor: attentionFactor,
        mscale: z.number().nullish(),
        mscale_all_dim: z.number().nullish(),
        beta_fast: z.number().positive().nullish(),
        beta_slow: z.number().positive().nullish(),
        truncate: z.boolean().nullish(),
        original_max_position_embeddings: originalLength,
      }),
      z.looseObject({
        rope_type: z.literal("longrope"),
        factor: factor.nullish(),
        attention_factor: attentionFactor,
        short_factor: frequencyFactors,
        original_max_position_embeddings: originalLength,
      }),
    ],
    `only the kinds ${SCALINGS.join(", ")} are supported`,
  ),
);
export type RopeScaling = z.infer<typeof RopeScaling>;

export interface ScalingContext {
  theta: number;
  /** Values of a head that are turned. */
  size: number;
  /** max_position_embeddings, and what it was before it was stretched. */
  contextLength: number;
  originalLength: number;
}

export interface ScaledFrequencies {
  /** [size / 2], radians per position. */
  inverseFrequencies: number[];
  /** What cos and sin are multiplied by. */
  amplitude: number;
  /** Longer texts are turned in another way. */
  contextLength: number;
}

/** @throws Error with the reason when the scaling does not fit the heads */
export function scaleFrequencies(scaling: RopeScaling, context: ScalingContext): ScaledFrequencies {
  const { theta, size, contextLength } = context;
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** ((-2 * i) / size));
  const scaled = (inverseFrequencies: number[], amplitude = 1) => ({ inverseFrequencies, amplitude, contextLength });
  switch (scaling.rope_type) {
    // Dynamic scaling begins beyond the context (transformers: only a sequence longer than max_position_embeddings).
    case "default":
    case "dynamic":
      return scaled(plain);
    // Position interpolation (Chen et al. 2023).
    case "linear":
      return scaled(plain.map((frequency) => frequency / scaling.factor));
    // Llama 3.1: long waves are stretched, short ones kept, those between blended.
    case "llama3":
      return scaled(
        plain.map((frequency) => {
          const turns = (context.originalLength * frequency) / (2 * Math.PI);
          const blend = (turns - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
          return stretched(frequency, scaling.factor, 1 - Math.min(1, Math.max(0, blend)));
        }),
      );
    case "yarn":
      return scaled(yarn(plain, scaling, context), yarnAmplitude(scaling));
    case "longrope":
      return longrope(plain, scaling, context);
  }
}

/** @param share how much of the frequency is divided by the factor */
const stretched = (frequency: number, factor: number, share: number) =>
  share * (frequency / factor) + (1 - share) * frequency;

type Yarn = Extract<RopeScaling, { rope_type: "yarn" }>;

/** Between the values that turn `beta_fast` and `beta_slow` times within the original context, stretching sets in (Peng et al. 2023). */
function yarn(plain: number[], scaling: Yarn, { theta, size, originalLength }: ScalingContext): number[] {
  const indexOf = (turns: number) => (size * Math.log(originalLength / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [floor, ceil] = scaling.truncate === false ? [Number, Number] : [Math.floor, Math.ceil];
  const low = Math.max(0, floor(indexOf(scaling.beta_fast ?? 32)));
  const high = Math.min(size - 1, ceil(indexOf(scaling.beta_slow ?? 1)));
  // No division by nothing where both fall together.
  const span = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => stretched(frequency, scaling.factor, Math.min(1, Math.max(0, (i - low) / span))));
}

function yarnAmplitude({ attention_factor, mscale, mscale_all_dim, factor: by }: Yarn): number {
  const growth = (weight: number) => (by <= 1 ? 1 : 0.1 * weight * Math.log(by) + 1);
  return attention_factor ?? (mscale && mscale_all_dim ? growth(mscale) / growth(mscale_all_dim) : growth(1));
}

/**
 * LongRoPE (Ding et al. 2024) has one set of factors for texts within the original context and one for longer ones. Ours
 * never are longer: keys in a cache, once turned by one set, could not be compared with those turned by the other.
 */
function longrope(
  plain: number[],
  scaling: Extract<RopeScaling, { rope_type: "longrope" }>,
  { contextLength, originalLength }: ScalingContext,
): ScaledFrequencies {
  const factors = scaling.short_factor;
  if (factors.length !== plain.length)
    throw new Error(`rope_scaling.short_factor has ${factors.length} values, the heads call for ${plain.length}`);
  const by = scaling.factor ?? contextLength / originalLength;
  return {
    inverseFrequencies: plain.map((frequency, i) => frequency / (factors[i] as number)),
    amplitude: scaling.attention_factor ?? (by <= 1 ? 1 : Math.sqrt(1 + Math.log(by) / Math.log(originalLength))),
    contextLength: Math.min(contextLength, originalLength),
  };
}
