/** @file What of a model can be trained, as its architecture says: linear layers by their sides, weights by their sizes. */
import type { PlanFacts } from "@/lib/contracts/run-plan";
import { type Architecture, expectedWeights, linearModules, tiedHead } from "@/lib/engine/models/architecture";

export type ModelParts = Pick<PlanFacts, "linears" | "weights">;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Of the base model; a tied head counts once. */
export const countParameters = (architecture: Architecture): number =>
  [...expectedWeights(architecture).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);

export function modelPartsOf(architecture: Architecture): ModelParts {
  const { shape } = architecture;
  const weights = [...expectedWeights(architecture)].map(([name, size]): [string, number] => [name, sizeOf(size)]);
  // A head that is the embedding matrix is no tensor of its own, but modules_to_save may name it.
  const head = tiedHead(architecture);
  if (head !== null) weights.push([head, shape.vocabularySize * shape.hiddenSize]);
  return { linears: linearModules(architecture), weights };
}
