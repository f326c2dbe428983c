/** @file Weights of the base model that are trained themselves: all of them, or PEFT's modules_to_save. */
import type { RunConfig } from "@/lib/contracts/run-config";
import { savedModulesProblem, selectSavedWeights } from "@/lib/contracts/select-modules";
import { AppError } from "@/lib/errors";
import type { Shape } from "../graph/ops";
import { savedWeightName } from "../lora/adapter-names";
import { type Architecture, expectedWeights, tiedHead } from "../models/architecture";
import { weightPlaces } from "../models/weight-places";
import type { Parameter, Place } from "../types";

/**
 * Full names of the weights to train, a tied head by the name that it has where it is untied.
 * @throws AppError when a name of modules_to_save matches nothing, or an adapted module lies in one
 */
export function selectTrainedWeights(
  architecture: Architecture,
  adaptedModules: readonly string[],
  { method, modules_to_save: saved }: Pick<RunConfig, "method" | "modules_to_save">,
): string[] {
  const names = [...expectedWeights(architecture).keys()];
  if (method === "full") return names;
  const head = tiedHead(architecture);
  const all = head === null ? names : [...names, head];
  const trained = selectSavedWeights(all, saved);
  const twice = adaptedModules.find((module) => trained.includes(`${module}.weight`));
  const problem =
    savedModulesProblem(all, saved) ??
    (twice ? `would train ${twice} whole, which has an adapter; write out the modules that are meant` : null);
  if (problem === null) return trained;
  throw new AppError("invalid_input", `modules_to_save ${problem}.`, { fieldErrors: { modules_to_save: [problem] } });
}

export interface TrainedWeights {
  /** By full name. */
  all: ReadonlyMap<string, Parameter>;
  /** Of the embedding's weights those that are trained, by full name. */
  embedding: ReadonlyMap<string, Parameter>;
  /** Of the head's weights those that are trained, by the name they are fed under. */
  head: ReadonlyMap<string, Parameter>;
}

/**
 * @param dataOf a weight's values; they are trained in place, except that parts of a tied matrix are copied: beside
 * adapters PEFT trains embedding and head apart from each other, whichever of them is named
 */
export function makeTrainedWeights(
  architecture: Architecture,
  names: readonly string[],
  { method, loraplus_lr_ratio: ratio }: Pick<RunConfig, "method" | "loraplus_lr_ratio">,
  dataOf: (name: string) => Float32Array,
): TrainedWeights {
  const { embedding, headWeights } = architecture;
  const isFull = method === "full";
  const shapes = expectedWeights(architecture);
  const places = weightPlaces(architecture);
  const head = isFull ? null : tiedHead(architecture);
  const all = new Map<string, Parameter>();
  for (const name of names) {
    const source = name === head ? embedding.tokens : name;
    const shape = shapes.get(source) as Shape;
    const isTied = head !== null && source === embedding.tokens;
    const data = isTied ? dataOf(source).slice() : dataOf(source);
    all.set(name, {
      name: isFull ? name : savedWeightName(name),
      shape,
      data,
      gradient: new Float32Array(data.length),
      place: name === head ? "head" : (places.get(name) as Place),
      // As PEFT's LoRA+: vectors learn as fast as B.
      ...(!isFull && ratio !== 1 && shape.length === 1 && { learningRateScale: ratio }),
    });
  }
  const pick = (entries: readonly (readonly [string, string])[]) =>
    new Map(
      entries.flatMap(([key, name]) => {
        const parameter = all.get(name);
        return parameter ? [[key, parameter] as const] : [];
      }),
    );
  const ofEmbedding = [embedding.tokens, ...(embedding.positions ? [embedding.positions.name] : [])];
  return {
    all,
    embedding: pick(ofEmbedding.map((name) => [name, name])),
    head: pick([...headWeights.keys()].map((name) => [name, head !== null && name === embedding.tokens ? head : name])),
  };
}
