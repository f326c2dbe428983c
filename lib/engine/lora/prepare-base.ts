/** @file What adapters need of the frozen weights, found while these are read, and what PiSSA leaves of them. */
import type { CheckpointWeight } from "../executor/load-weights";
import type { LinearSpec } from "../models/architecture";
import type { Rng } from "../optim/rng";
import { narrowBf16 } from "../safetensors/widen";
import { adapterTensorName } from "./adapter-names";
import { pissaIterations, principalPart } from "./pissa";
import type { PlannedAdapter } from "./plan-adapters";
import { MatrixProducts } from "./truncated-svd";

/** ‖w‖² of each row [out], in double precision. @param weight as it lies in the checkpoint */
export function squaredRowNorms({ inFeatures, outFeatures, layout }: LinearSpec, weight: Float32Array): Float64Array {
  const norms = new Float64Array(outFeatures);
  const isTransposed = layout === "in_out";
  for (let i = 0; i < weight.length; i++) {
    const row = isTransposed ? i % outFeatures : Math.floor(i / inFeatures);
    norms[row] = (norms[row] as number) + (weight[i] as number) ** 2;
  }
  return norms;
}

export class PreparedBase {
  /** By the module's full name, for DoRA: ‖w‖² of each row of the frozen weight. */
  readonly rowNorms = new Map<string, Float64Array>();
  /** By the module's full name, for DoRA: ‖w‖ of each row of the published weight, with which the magnitudes begin. */
  readonly magnitudes = new Map<string, Float32Array>();
  /** By tensor name, for PiSSA: A and B at the start. */
  readonly starts = new Map<string, Float32Array>();
  private readonly byWeight: ReadonlyMap<string, PlannedAdapter>;
  private readonly products: MatrixProducts;

  /** @param options `rng` draws PiSSA's first vectors */
  constructor(
    plans: ReadonlyMap<string, PlannedAdapter>,
    private readonly options: { init: string; rng: Rng; threads: number },
  ) {
    this.byWeight = new Map([...plans.values()].map((plan) => [`${plan.fullName}.weight`, plan]));
    this.products = new MatrixProducts(options.threads);
  }

  /** For holdWeights. */
  readonly prepare = async (weight: CheckpointWeight): Promise<CheckpointWeight> => {
    const plan = this.byWeight.get(weight.name);
    const { init, rng } = this.options;
    const isPissa = init !== "default";
    if (!plan || (!isPissa && !plan.adapted.isDora)) return weight;
    const { fullName, spec, adapted } = plan;
    const published = await weight.read();
    let frozen = published;
    if (isPissa) {
      const settings = { ...adapted, iterations: pissaIterations(init) };
      const { a, b, residual } = await principalPart(published, spec, settings, rng, this.products);
      this.starts.set(adapterTensorName(fullName, "A"), a).set(adapterTensorName(fullName, "B"), b);
      frozen = residual;
    }
    if (adapted.isDora) {
      this.magnitudes.set(fullName, Float32Array.from(squaredRowNorms(spec, published), Math.sqrt));
      this.rowNorms.set(fullName, squaredRowNorms(spec, frozen));
    }
    return {
      ...weight,
      read: async () => frozen,
      ...(isPissa && { readHalf: async () => ({ bits: narrowBf16(frozen), dtype: "BF16" as const }) }),
    };
  };

  /** Nothing is prepared after this. */
  async dispose(): Promise<void> {
    await this.products.dispose();
  }
}
