/** @file How a checkpoint's weights lie in memory while a model is trained. */
import type { BasePrecision, RunConfig } from "@/lib/contracts/run-config";
import { type CheckpointWeight, readWeights } from "../executor/load-weights";
import { type Architecture, headMatrix } from "../models/architecture";
import { quantizeLinear } from "../quantize/quantized-linear";
import { openCheckpoint } from "../safetensors/open-checkpoint";
import { type Half, widen } from "../safetensors/widen";
import { DiskLayers } from "./disk-layers";
import { type LentWeights, NOTHING_LENT, PackedLayers, type PackedWeight } from "./lent-weights";
import { dequantizeNf4, quantizeNf4 } from "./nf4";

export interface HeldWeights {
  /** Float32 by full name: all that is not held in another precision. */
  whole: ReadonlyMap<string, Float32Array>;
  /** Embedding and the head's matrix by full name, where they are held in 16 bits. */
  halves: ReadonlyMap<string, Half>;
  /** What a layer is fed instead of matrices that are held as integers, by feed name. */
  codes(layer: number): Readonly<Record<string, Float32Array | Int8Array>>;
  /** Matrices that are unpacked when their layer's turn comes. */
  lent: LentWeights;
}

export interface HoldOptions {
  /** Matrices of the layers that stay float32 in memory because they are trained. */
  keepWhole?: ReadonlySet<string>;
  /** Sees each weight before it is held, and may put another in its place. */
  prepare?: (weight: CheckpointWeight) => Promise<CheckpointWeight>;
}

type PackedPrecision = Extract<BasePrecision, "bf16" | "nf4">;

/** How a matrix is read into fewer bits. */
const PACK: Record<PackedPrecision, (weight: CheckpointWeight) => Promise<PackedWeight>> = {
  bf16: async ({ readHalf }) => {
    const half = await readHalf();
    return { length: half.bits.length, unpack: (target) => widen(half, target) };
  },
  nf4: async ({ read }) => {
    const quantized = quantizeNf4(await read());
    return { length: quantized.length, unpack: (target) => dequantizeNf4(quantized, target) };
  },
};

/**
 * Reads the checkpoint of a model folder. With another precision than fp32 the matrices of the layers' linear modules
 * are held in it, with bf16 and nf4 embedding and head in 16 bits; norms and biases stay float32. On disk stay the layers' matrices only.
 * @throws AppError naming the first missing, misshapen, surplus or non-finite weight.
 */
export async function holdWeights(
  modelDir: string,
  architecture: Architecture,
  { base_precision: precision, weight_offload: offload }: Pick<RunConfig, "base_precision" | "weight_offload">,
  { keepWhole = new Set(), prepare = async (weight) => weight }: HoldOptions = {},
): Promise<HeldWeights> {
  const { shape, linears, layerName } = architecture;
  const matrices = new Map(
    Array.from({ length: shape.layers }, (_, layer) =>
      linears.map((spec) => [layerName(layer, `${spec.module}.weight`), { layer, spec }] as const),
    ).flat(),
  );
  const wide = new Set([architecture.embedding.tokens, headMatrix(architecture)]);
  const whole = new Map<string, Float32Array>();
  const halves = new Map<string, Half>();
  const codes: Record<string, Float32Array | Int8Array>[] = Array.from({ length: shape.layers }, () => ({}));
  const packed: Map<string, PackedWeight>[] = codes.map(() => new Map());
  const onDisk: Map<string, string>[] = codes.map(() => new Map());
  await readWeights(modelDir, architecture, async (stored) => {
    const weight = await prepare(stored);
    const matrix = keepWhole.has(weight.name) ? undefined : matrices.get(weight.name);
    if (precision in PACK && wide.has(weight.name)) halves.set(weight.name, await weight.readHalf());
    else if (matrix && offload === "disk") {
      // Once, to see that every value is finite.
      await weight.read();
      onDisk[matrix.layer]?.set(`${matrix.spec.module}.weight`, weight.storedName);
    } else if (!matrix || precision === "fp32") whole.set(weight.name, await weight.read());
    else if (precision === "int8")
      Object.assign(codes[matrix.layer] ?? {}, quantizeLinear(matrix.spec, await weight.read()));
    else packed[matrix.layer]?.set(`${matrix.spec.module}.weight`, await PACK[precision](weight));
  });
  return {
    whole,
    halves,
    codes: (layer) => codes[layer] ?? {},
    lent:
      offload === "disk"
        ? new DiskLayers(await openCheckpoint(modelDir), onDisk, precision === "bf16")
        : precision in PACK
          ? new PackedLayers(packed)
          : NOTHING_LENT,
  };
}
