/** @file Rank, scaling and names of every adapter of a model. */
import type { RunConfig } from "@/lib/contracts/run-config";
import { patternValue } from "@/lib/contracts/select-modules";
import type { AdaptedModule } from "../executor/adapted-linear";
import type { Architecture, LinearSpec } from "../models/architecture";
import { loraScaling } from "./lora-init";

export interface PlannedAdapter {
  /** "model.layers.0.mlp.up_proj" */
  fullName: string;
  layer: number;
  spec: LinearSpec;
  adapted: AdaptedModule;
}

/** By full name, in the order in which parameters are made: layer by layer, in each as the architecture lists them. */
export function planAdapters(
  { shape, linears, layerName }: Architecture,
  chosen: ReadonlySet<string>,
  config: Pick<RunConfig, "method" | "rank" | "alpha" | "use_rslora" | "rank_pattern" | "alpha_pattern">,
): ReadonlyMap<string, PlannedAdapter> {
  const useRslora = config.use_rslora || config.method === "rslora";
  const plans = new Map<string, PlannedAdapter>();
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const spec of linears) {
      const fullName = layerName(layer, spec.module);
      if (!chosen.has(fullName)) continue;
      const rank = patternValue(config.rank_pattern, fullName, config.rank);
      const alpha = patternValue(config.alpha_pattern, fullName, config.alpha);
      const scaling = loraScaling({ rank, alpha, useRslora });
      const adapted = { module: spec.module, rank, scaling, isDora: config.method === "dora" };
      plans.set(fullName, { fullName, layer, spec, adapted });
    }
  }
  return plans;
}
