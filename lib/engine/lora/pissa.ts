/**
 * @file PiSSA (Meng et al. 2024, https://arxiv.org/abs/2404.02948): the adapter begins as the principal part of the weight,
 * s B A = U_r Σ_r V_rᵀ, and the frozen weight is what remains.
 */

import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import type { LinearSpec } from "../models/architecture";
import type { Rng } from "../optim/rng";
import { parseAdapterTensorName } from "./adapter-names";
import { type MatrixProducts, truncatedSvd } from "./truncated-svd";

export interface PrincipalPart {
  /** [rank, in] */
  a: Float32Array;
  /** [out, rank] */
  b: Float32Array;
  /** The weight without s B A, as it lies in the checkpoint. */
  residual: Float32Array;
}

/** "pissa" → null (exact), "pissa_niter_16" → 16 */
export const pissaIterations = (init: string): number | null =>
  init === "pissa" ? null : Number(init.slice("pissa_niter_".length));

/** @param rank at most the weight's smaller side */
export async function principalPart(
  weight: Float32Array,
  { inFeatures, outFeatures, layout }: LinearSpec,
  { rank, scaling, iterations }: { rank: number; scaling: number; iterations: number | null },
  rng: Rng,
  products: MatrixProducts,
): Promise<PrincipalPart> {
  const isTransposed = layout === "in_out";
  const [rows, columns] = isTransposed ? [inFeatures, outFeatures] : [outFeatures, inFeatures];
  const svd = await truncatedSvd({ data: weight, rows, columns }, rank, iterations, rng, products);
  const [ofOutputs, ofInputs] = isTransposed ? [svd.right, svd.left] : [svd.left, svd.right];
  const a = new Float32Array(rank * inFeatures);
  const b = new Float32Array(outFeatures * rank);
  for (let r = 0; r < rank; r++) {
    const root = Math.sqrt((svd.values[r] as number) / scaling);
    for (let i = 0; i < inFeatures; i++) a[r * inFeatures + i] = root * (ofInputs[r]?.[i] as number);
    for (let o = 0; o < outFeatures; o++) b[o * rank + r] = root * (ofOutputs[r]?.[o] as number);
  }
  return { a, b, residual: subtract(weight, a, b, { rank, scaling, inFeatures, outFeatures, isTransposed }) };
}

/** W - s B A, in double precision until it is stored. */
function subtract(
  weight: Float32Array,
  a: Float32Array,
  b: Float32Array,
  shape: { rank: number; scaling: number; inFeatures: number; outFeatures: number; isTransposed: boolean },
): Float32Array {
  const { rank, scaling, inFeatures, outFeatures, isTransposed } = shape;
  const residual = new Float32Array(weight.length);
  const row = new Float64Array(inFeatures);
  for (let o = 0; o < outFeatures; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = scaling * (b[o * rank + r] as number);
      for (let i = 0, at = r * inFeatures; i < inFeatures; i++, at++)
        row[i] = (row[i] as number) + factor * (a[at] as number);
    }
    for (let i = 0; i < inFeatures; i++) {
      const at = isTransposed ? i * outFeatures + o : o * inFeatures + i;
      residual[at] = (weight[at] as number) - (row[i] as number);
    }
  }
  return residual;
}

interface Tensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/**
 * The trained adapter for the base model as it was published: with W = W_res + s B₀ A₀, W_res + s B A is
 * W + s [B | -B₀] [A ; A₀], a plain adapter of twice the rank. PEFT converts in the same way.
 * @param starts A₀ and B₀ by tensor name
 */
export function plainAdapter(
  settings: AdapterSettings,
  tensors: readonly Tensor[],
  starts: ReadonlyMap<string, Float32Array>,
): { settings: AdapterSettings; tensors: Tensor[] } {
  const usesRoot = settings.use_rslora || settings.method === "rslora";
  // s = alpha / r = 2 alpha / 2 r, or alpha / √r = √2 alpha / √(2 r).
  const ofAlpha = usesRoot ? Math.SQRT2 : 2;
  const scaled = (table: Record<string, number>, factor: number) =>
    Object.fromEntries(Object.entries(table).map(([key, value]) => [key, value * factor]));
  return {
    settings: {
      ...settings,
      init_lora_weights: "default",
      rank: settings.rank * 2,
      alpha: settings.alpha * ofAlpha,
      rank_pattern: scaled(settings.rank_pattern, 2),
      alpha_pattern: scaled(settings.alpha_pattern, ofAlpha),
    },
    tensors: tensors.map((tensor) => {
      const start = starts.get(tensor.name);
      if (!start) return tensor;
      const { name, shape, data } = tensor;
      const [rows, columns] = shape as [number, number];
      const joined = new Float32Array(2 * data.length);
      if (parseAdapterTensorName(name)?.part === "A") {
        joined.set(data);
        joined.set(start, data.length);
        return { name, shape: [2 * rows, columns], data: joined };
      }
      for (let row = 0; row < rows; row++) {
        joined.set(data.subarray(row * columns, (row + 1) * columns), 2 * row * columns);
        for (let k = 0; k < columns; k++) joined[(2 * row + 1) * columns + k] = -(start[row * columns + k] as number);
      }
      return { name, shape: [rows, 2 * columns], data: joined };
    }),
  };
}
