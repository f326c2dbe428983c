/** @file Model folder + run settings → a model that can be trained. */
import { availableParallelism } from "node:os";
import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import { pissaRankProblem } from "@/lib/contracts/pissa-rank-problem";
import type { RunConfig } from "@/lib/contracts/run-config";
import { weightsProblem } from "@/lib/contracts/weights-problem";
import { AppError } from "@/lib/errors";
import { sizeOf } from "../graph/ops";
import { adapterTargetModules } from "../lora/adapter-config";
import { startFrom, withInitAdapter } from "../lora/init-adapter";
import { plainAdapter } from "../lora/pissa";
import { planAdapters } from "../lora/plan-adapters";
import { PreparedBase } from "../lora/prepare-base";
import { resolveTargetModules } from "../lora/resolve-target-modules";
import { type Architecture, expectedWeights, headMatrix, linearModules } from "../models/architecture";
import { openArchitecture } from "../models/open-architecture";
import type { Rng } from "../optim/rng";
import { quantizeHead } from "../quantize/quantized-head";
import type { Device } from "../runtime/device";
import { type Half, widen } from "../safetensors/widen";
import type { Parameter, SavableAdapter } from "../types";
import { holdWeights } from "../weights/hold-weights";
import { rowNormsInput } from "./adapted-linear";
import { makeAdapterParameters } from "./adapter-parameters";
import { quantizesHead } from "./head-graphs";
import { keepBytes } from "./keep-bytes";
import { LayerwiseModel } from "./layerwise-model";
import type { LayerState } from "./layerwise-state";
import { makeTrainedWeights, selectTrainedWeights } from "./trained-weights";

export interface OpenModelOptions {
  modelDir: string;
  config: RunConfig;
  /** Draws lora_A, in the order of `parameters`. */
  rng: Rng;
  device: Device;
  threads?: number;
  keepBytes?: number;
  /** Nothing is trained, so no linear layer gets an adapter: the base model alone. Not with method full. */
  isFrozen?: boolean;
}

export interface OpenedModel extends LayerwiseModel {
  /** Full names of the linear layers with an adapter; empty for method full. */
  adaptedModules: readonly string[];
  adapter: SavableAdapter | null;
}

function widened(half: Half): Float32Array {
  const values = new Float32Array(half.bits.length);
  widen(half, values);
  return values;
}

function savableAdapter(
  config: RunConfig,
  { linears }: Architecture,
  parameters: readonly Parameter[],
  starts: ReadonlyMap<string, Float32Array>,
): SavableAdapter | null {
  if (config.method === "full") return null;
  const names = parameters.map(({ name }) => name);
  const settings: AdapterSettings = {
    ...config,
    method: config.method,
    target_modules: adapterTargetModules(config.target_modules, names),
    fanInFanOut: linears.some(({ layout }) => layout === "in_out"),
    baseModel: config.model_type,
  };
  const result = () =>
    starts.size > 0 ? plainAdapter(settings, parameters, starts) : { settings, tensors: parameters };
  return { settings, result };
}

function refuse(problem: { field: string; message: string } | null): void {
  if (!problem) return;
  const message = `${problem.field} ${problem.message}.`;
  throw new AppError("invalid_input", message, { fieldErrors: { [problem.field]: [problem.message] } });
}

/** @throws AppError with one sentence when the folder, its weights, the target modules or the length do not fit. */
export async function openTrainableModel(options: OpenModelOptions): Promise<OpenedModel> {
  const { modelDir, rng } = options;
  const { config, start } = await withInitAdapter(options.config);
  const architecture = await openArchitecture(modelDir);
  const { shape, linears, layerName, embedding, headWeights } = architecture;
  if (config.max_seq_length > shape.contextLength) {
    const message = `max_seq_length is ${config.max_seq_length}, but the model's context is ${shape.contextLength} tokens; choose at most that.`;
    throw new AppError("invalid_input", message, { fieldErrors: { max_seq_length: [message] } });
  }
  const isFull = config.method === "full";
  refuse(weightsProblem(config));
  const layerIndexes = Array.from({ length: shape.layers }, (_, i) => i);
  const allModules = linearModules(architecture);
  const isPlain = isFull || options.isFrozen === true;
  const adaptedModules = isPlain
    ? []
    : resolveTargetModules(
        allModules.map(({ name }) => name),
        config,
      );
  refuse(isPlain ? null : pissaRankProblem(allModules, config));
  const plans = planAdapters(architecture, new Set(adaptedModules), config);
  const trainedNames = selectTrainedWeights(architecture, adaptedModules, config);

  const threads = options.threads ?? availableParallelism();
  const base = new PreparedBase(plans, { init: config.init_lora_weights, rng, threads });
  const held = await holdWeights(modelDir, architecture, config, {
    keepWhole: new Set(trainedNames),
    prepare: base.prepare,
  });
  await base.dispose();
  const weight = (name: string): Float32Array => {
    const half = held.halves.get(name);
    return half ? widened(half) : (held.whole.get(name) as Float32Array);
  };
  const trainedWeights = makeTrainedWeights(architecture, trainedNames, config, weight);

  const layers: LayerState[] = layerIndexes.map((layer) => {
    const feeds: LayerState["feeds"] = { ...held.codes(layer) };
    const trained = new Map<string, Parameter>();
    const ofLayer = linears.flatMap(({ module }) => plans.get(layerName(layer, module)) ?? []);
    for (const plan of ofLayer) {
      for (const [name, parameter] of makeAdapterParameters(plan, base, config, rng)) trained.set(name, parameter);
      const norms = base.rowNorms.get(plan.fullName);
      if (norms) feeds[rowNormsInput(plan.spec.module)] = Float32Array.from(norms);
    }
    for (const name of architecture.layerWeights.keys()) {
      const fullName = layerName(layer, name);
      const whole = held.whole.get(fullName);
      if (whole) feeds[name] = whole;
      const parameter = trainedWeights.all.get(fullName);
      if (parameter) trained.set(name, parameter);
    }
    for (const [name, { data }] of trained) feeds[name] = data;
    for (const [name, number] of Object.entries(architecture.layerScalars?.(layer) ?? {}))
      feeds[name] = Float32Array.of(number);
    const adapted = ofLayer.map((plan) => plan.adapted);
    const names = [...architecture.layerWeights.keys()].filter((name) => trained.has(name));
    return { kind: architecture.kindOf(layer), feeds, adapted, trainedWeights: names, trained };
  });

  const ofWeights = [...trainedWeights.all.values()];
  const parameters = isFull
    ? ofWeights
    : [...new Set([...layers.flatMap(({ trained }) => [...trained.values()]), ...ofWeights])];
  if (start) startFrom(start, parameters);
  const countOf = (list: readonly Parameter[]) => list.reduce((sum, { data }) => sum + data.length, 0);
  const expected = expectedWeights(architecture);
  const baseParameters = [...expected.values()].reduce((sum, weightShape) => sum + sizeOf(weightShape), 0);
  // Trained weights that the base model has are counted with it; a head that was tied to the embedding is new.
  const inBase = [...trainedWeights.all].filter(([name]) => expected.has(name)).map(([, parameter]) => parameter);

  const embeddingNames = [embedding.tokens, ...(embedding.positions ? [embedding.positions.name] : [])];
  const sliced = trainedWeights.head.size === 0 ? held.halves.get(headMatrix(architecture)) : undefined;
  const headFeeds = Object.fromEntries(
    [...headWeights.keys()].flatMap((name) => {
      if (sliced && name === headMatrix(architecture)) return [];
      return [[name, trainedWeights.head.get(name)?.data ?? weight(name)]];
    }),
  );
  const trainedHead = [...trainedWeights.head.keys()];
  const headCodes =
    quantizesHead(config.base_precision, trainedHead) && !options.isFrozen
      ? quantizeHead(shape, weight(headMatrix(architecture)))
      : {};
  const model = new LayerwiseModel(
    architecture,
    {
      outer: new Map(
        embeddingNames.map((name) => [
          name,
          trainedWeights.embedding.get(name)?.data ?? held.halves.get(name) ?? weight(name),
        ]),
      ),
      headFeeds: { ...headFeeds, ...headCodes },
      slicedHead: sliced ? { name: headMatrix(architecture), matrix: sliced, feeds: headFeeds } : null,
      layers,
      lent: held.lent,
      parameters,
      totalParameters: baseParameters + countOf(parameters) - countOf(inBase),
      trainedEmbedding: trainedWeights.embedding,
      trainedHead: trainedWeights.head,
    },
    {
      device: options.device,
      threads,
      precision: config.base_precision,
      dropout: isFull ? 0 : config.lora_dropout,
      trainedHead,
      keepBytes: options.keepBytes ?? keepBytes(config.gradient_checkpointing, architecture),
    },
  );
  return Object.assign(model, {
    adaptedModules,
    adapter: savableAdapter(config, architecture, parameters, base.starts),
  });
}
