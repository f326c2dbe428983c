/** @file What adapters need to know of the frozen weights, found while these are read. */
import type { CheckpointWeight } from "../executor/load-weights";
import type { LinearSpec } from "../models/architecture";
import type { PlannedAdapter } from "./plan-adapters";

/** ‖w‖² of each row of Wᵀ's layer [out], in double precision. @param weight as it lies in the checkpoint */
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
  /** By the module's full name: ‖w‖² of each row of the frozen weight. For DoRA only. */
  readonly rowNorms = new Map<string, Float64Array>();
  private readonly byWeight: ReadonlyMap<string, PlannedAdapter>;

  constructor(plans: ReadonlyMap<string, PlannedAdapter>) {
    this.byWeight = new Map([...plans.values()].map((plan) => [`${plan.fullName}.weight`, plan]));
  }

  /** For holdWeights. */
  readonly prepare = async (weight: CheckpointWeight): Promise<CheckpointWeight> => {
    const plan = this.byWeight.get(weight.name);
    if (!plan?.adapted.isDora) return weight;
    const data = await weight.read();
    this.rowNorms.set(plan.fullName, squaredRowNorms(plan.spec, data));
    return { ...weight, read: async () => data };
  };
}
