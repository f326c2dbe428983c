/** @file Which linear layers a checkpoint has, by the names and shapes of its tensors. */
import type { LinearModule } from "@/lib/contracts/run-plan";
import type { TensorInfo } from "./read-safetensors-header";

/** The matrices inside numbered layers; output head and embedding are not among them. */
export function linearModulesOf(tensors: readonly TensorInfo[]): LinearModule[] {
  return tensors.flatMap(({ name, shape }) => {
    const module = /^(.*\.\d+\..+)\.weight$/.exec(name)?.[1];
    const [outputs, inputs] = shape;
    if (module === undefined || shape.length !== 2 || outputs === undefined || inputs === undefined) return [];
    return [{ name: module, inputs, outputs }];
  });
}
