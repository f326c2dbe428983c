import type { RunConfig } from "@/lib/contracts/run-config";
import { adapterTensorName } from "../lora/adapter-names";
import { initLoraA, initLoraB } from "../lora/lora-init";
import type { PlannedAdapter } from "../lora/plan-adapters";
import type { PreparedBase } from "../lora/prepare-base";
import type { Rng } from "../optim/rng";
import type { Parameter } from "../types";
import { adapterInput } from "./adapted-linear";

/**
 * A new adapter's parameters, by feed name; the model starts unchanged. DoRA begins with the lengths of the weight's rows.
 * @param rng draws lora_A, except where PiSSA has found it
 */
export function makeAdapterParameters(
  { fullName, layer, spec, adapted }: PlannedAdapter,
  base: PreparedBase,
  { loraplus_lr_ratio: ratio }: Pick<RunConfig, "loraplus_lr_ratio">,
  rng: Rng,
): Map<string, Parameter> {
  const { module, inFeatures, outFeatures } = spec;
  const { rank, isDora } = adapted;
  const parameters = new Map<string, Parameter>();
  const add = (part: "A" | "B" | "magnitude", shape: number[], begin: () => Float32Array) => {
    const name = adapterTensorName(fullName, part);
    const data = base.starts.get(name)?.slice() ?? begin();
    // LoRA+ (Hayou et al. 2024): as in PEFT, all but A learn faster.
    const scale = part !== "A" && ratio !== 1 ? { learningRateScale: ratio } : {};
    const gradient = new Float32Array(data.length);
    parameters.set(adapterInput(module, part), { name, shape, data, gradient, place: layer, ...scale });
  };
  add("A", [rank, inFeatures], () => initLoraA(rng, rank, inFeatures));
  add("B", [outFeatures, rank], () => initLoraB(outFeatures, rank));
  if (isDora) add("magnitude", [outFeatures], () => base.magnitudes.get(fullName) as Float32Array);
  return parameters;
}
