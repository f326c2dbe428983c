/** @file Model folder + run settings → a model that can be trained. */
import { availableParallelism } from "node:os";
import type { RunConfig } from "@/lib/contracts/run-config";
import type { ModuleSelection } from "@/lib/contracts/select-modules";
import { type WeightSettings, weightsProblem } from "@/lib/contracts/weights-problem";
import { AppError } from "@/lib/errors";
import { sizeOf } from "../graph/ops";
import { adapterTensorName } from "../lora/adapter-format";
import { initLoraA, initLoraB, loraScaling } from "../lora/lora-init";
import { refuseUnsupported, type UnsupportedSettings } from "../lora/refuse-unsupported";
import { resolveTargetModules } from "../lora/resolve-target-modules";
import { type Architecture, expectedWeights, headMatrix } from "../models/architecture";
import { openArchitecture } from "../models/open-architecture";
import { weightPlaces } from "../models/weight-places";
import type { Rng } from "../optim/rng";
import type { Device } from "../runtime/device";
import { resolveDevice } from "../runtime/session";
import type { Parameter, Place } from "../types";
import { holdWeights } from "../weights/hold-weights";
import { adapterInput } from "./block-scope";
import { LayerwiseModel } from "./layerwise-model";
import type { LayerState } from "./layerwise-state";

/** Bytes of activations kept from the forward pass, over all layers. Constants: the choice must not depend on the machine's state. */
const KEEP_BYTES: Record<RunConfig["gradient_checkpointing"], number> = {
  auto: 640 * 1024 * 1024,
  on: 0,
  off: Number.POSITIVE_INFINITY,
};

export interface OpenModelOptions {
  modelDir: string;
  config: ModuleSelection &
    UnsupportedSettings &
    WeightSettings &
    Pick<RunConfig, "rank" | "alpha" | "max_seq_length" | "gradient_checkpointing">;
  /** Draws lora_A, in the order of `parameters`. */
  rng: Rng;
  device: "auto" | Device;
  threads?: number;
  keepBytes?: number;
}

export interface OpenedModel extends LayerwiseModel {
  /** Full names of the linear layers with an adapter; empty for method full. */
  adaptedModules: readonly string[];
}

function parameter(name: string, shape: readonly number[], data: Float32Array, place: Place): Parameter {
  return { name, shape, data, gradient: new Float32Array(data.length), place };
}

/** Adapter parameters of one layer, by feed name. */
function adapt(
  architecture: Architecture,
  layer: number,
  adapted: readonly string[],
  rank: number,
  rng: Rng,
): Map<string, Parameter> {
  const trained = new Map<string, Parameter>();
  for (const { module, inFeatures, outFeatures } of architecture.linears) {
    if (!adapted.includes(module)) continue;
    const fullName = architecture.layerName(layer, module);
    const a = parameter(adapterTensorName(fullName, "A"), [rank, inFeatures], initLoraA(rng, rank, inFeatures), layer);
    const b = parameter(adapterTensorName(fullName, "B"), [outFeatures, rank], initLoraB(outFeatures, rank), layer);
    trained.set(adapterInput(module, "A"), a).set(adapterInput(module, "B"), b);
  }
  return trained;
}

/** @throws AppError with one sentence when the folder, its weights, the target modules or the length do not fit. */
export async function openTrainableModel(options: OpenModelOptions): Promise<OpenedModel> {
  const { modelDir, config, rng } = options;
  refuseUnsupported(config);
  const architecture = await openArchitecture(modelDir);
  const { shape, linears, layerName } = architecture;
  if (config.max_seq_length > shape.contextLength) {
    const message = `max_seq_length is ${config.max_seq_length}, but the model's context is ${shape.contextLength} tokens; choose at most that.`;
    throw new AppError("invalid_input", message, { fieldErrors: { max_seq_length: [message] } });
  }
  const isFull = config.method === "full";
  const problem = weightsProblem(config);
  if (problem) {
    const message = `${problem.field} ${problem.message}.`;
    throw new AppError("invalid_input", message, { fieldErrors: { [problem.field]: [problem.message] } });
  }
  const layerIndexes = Array.from({ length: shape.layers }, (_, i) => i);
  const allModules = layerIndexes.flatMap((layer) => linears.map(({ module }) => layerName(layer, module)));
  const adaptedModules = isFull ? [] : resolveTargetModules(allModules, config);
  const chosen = new Set(adaptedModules);

  const held = await holdWeights(modelDir, architecture, config);
  const weight = (name: string) => held.whole.get(name) as Float32Array;
  const trainedWeights = new Map<string, Parameter>();
  const places = weightPlaces(architecture);
  if (isFull)
    for (const [name, weightShape] of expectedWeights(architecture))
      trainedWeights.set(name, parameter(name, weightShape, weight(name), places.get(name) as Place));

  const layers: LayerState[] = layerIndexes.map((layer) => {
    const adapted = linears.map(({ module }) => module).filter((module) => chosen.has(layerName(layer, module)));
    const trained = adapt(architecture, layer, adapted, config.rank, rng);
    const feeds: LayerState["feeds"] = { ...held.codes(layer) };
    for (const name of architecture.layerWeights.keys()) {
      const fullName = layerName(layer, name);
      const whole = held.whole.get(fullName);
      if (!whole) continue;
      feeds[name] = whole;
      const full = trainedWeights.get(fullName);
      if (full) trained.set(name, full);
    }
    for (const [name, { data }] of trained) feeds[name] = data;
    for (const [name, number] of Object.entries(architecture.layerScalars?.(layer) ?? {}))
      feeds[name] = Float32Array.of(number);
    return { kind: architecture.kindOf(layer), feeds, adapted, trained };
  });

  const parameters = isFull ? [...trainedWeights.values()] : layers.flatMap(({ trained }) => [...trained.values()]);
  const baseParameters = [...expectedWeights(architecture).values()].reduce(
    (sum, weightShape) => sum + sizeOf(weightShape),
    0,
  );
  const { embedding, headWeights } = architecture;
  const outerNames = [
    ...new Set([embedding.tokens, ...(embedding.positions ? [embedding.positions.name] : []), ...headWeights.keys()]),
  ];
  const headFeeds = Object.fromEntries(
    [...headWeights.keys()].flatMap((name) => (held.halves.has(name) ? [] : [[name, weight(name)]])),
  );
  const headHalf = held.halves.get(headMatrix(architecture));
  const model = new LayerwiseModel(
    architecture,
    {
      outer: new Map(outerNames.map((name) => [name, held.halves.get(name) ?? weight(name)])),
      headFeeds,
      slicedHead: headHalf ? { name: headMatrix(architecture), matrix: headHalf, feeds: headFeeds } : null,
      layers,
      lent: held.lent,
      parameters,
      totalParameters: baseParameters + (isFull ? 0 : parameters.reduce((sum, { data }) => sum + data.length, 0)),
      trainedOuter: new Map([...trainedWeights].filter(([name]) => outerNames.includes(name))),
    },
    {
      device: resolveDevice(options.device),
      threads: options.threads ?? availableParallelism(),
      rank: config.rank,
      scaling: isFull
        ? 0
        : loraScaling({ rank: config.rank, alpha: config.alpha, useRslora: config.method === "rslora" }),
      precision: config.base_precision,
      trainWeights: isFull,
      keepBytes: options.keepBytes ?? KEEP_BYTES[config.gradient_checkpointing],
    },
  );
  return Object.assign(model, { adaptedModules });
}
