/** @file How a checkpoint's weights lie in memory while a model is trained. */
import type { BasePrecision } from "@/lib/contracts/run-config";
import { readWeights } from "../executor/load-weights";
import type { Architecture } from "../models/architecture";
import { quantizeLinear } from "../quantize/quantized-linear";
import type { Half } from "../safetensors/widen";
import { HalfWeights, type LentWeights, NOTHING_LENT } from "./lent-weights";

export interface HeldWeights {
  /** Float32 by full name: all but the matrices of linear layers held in another precision. */
  whole: ReadonlyMap<string, Float32Array>;
  /** What a layer is fed instead of matrices that are held as integers, by feed name. */
  codes(layer: number): Readonly<Record<string, Float32Array | Int8Array>>;
  /** Matrices that are widened when their layer's turn comes. */
  lent: LentWeights;
}

/**
 * Reads the checkpoint of a model folder. With another precision than fp32 the matrices of the layers' linear modules
 * are held in it; norms, biases, embedding and head stay float32.
 * @throws AppError naming the first missing, misshapen, surplus or non-finite weight.
 */
export async function holdWeights(
  modelDir: string,
  architecture: Architecture,
  precision: BasePrecision,
): Promise<HeldWeights> {
  const { shape, linears, layerName } = architecture;
  const matrices = new Map(
    Array.from({ length: shape.layers }, (_, layer) =>
      linears.map((spec) => [layerName(layer, `${spec.module}.weight`), { layer, spec }] as const),
    ).flat(),
  );
  const whole = new Map<string, Float32Array>();
  const codes: Record<string, Float32Array | Int8Array>[] = Array.from({ length: shape.layers }, () => ({}));
  const halves: Map<string, Half>[] = codes.map(() => new Map());
  await readWeights(modelDir, architecture, async ({ name, read, readHalf }) => {
    const matrix = precision === "fp32" ? undefined : matrices.get(name);
    if (!matrix) whole.set(name, await read());
    else if (precision === "bf16") halves[matrix.layer]?.set(`${matrix.spec.module}.weight`, await readHalf());
    else Object.assign(codes[matrix.layer] ?? {}, quantizeLinear(matrix.spec, await read()));
  });
  return {
    whole,
    codes: (layer) => codes[layer] ?? {},
    lent: precision === "bf16" ? new HalfWeights(halves) : NOTHING_LENT,
  };
}
