/**
 * @file What a run on the CPU will need of memory, told before it starts: counted from the same plans and graphs that the
 * run is then made of. Only how much ONNX Runtime and Node take beside them was measured (scripts/bench/measure-memory.ts).
 */
import { MEMORY_PARTS, type MemoryEstimate, type MemoryPart } from "@/lib/contracts/memory-estimate";
import type { BasePrecision, RunConfig } from "@/lib/contracts/run-config";
import { type BlockGraphs, buildBlock } from "../executor/block-graphs";
import { buildHead, buildHeadSlice, quantizesHead } from "../executor/head-graphs";
import { LOGITS_BYTES, rowsFor, SLICE_BYTES, sliceSizeOf } from "../executor/head-sizes";
import { keepBytes } from "../executor/keep-bytes";
import { selectTrainedWeights } from "../executor/trained-weights";
import { sizeOf } from "../graph/ops";
import { planAdapters } from "../lora/plan-adapters";
import { resolveTargetModules } from "../lora/resolve-target-modules";
import { type Architecture, expectedWeights, headMatrix } from "../models/architecture";
import { chunkBounds } from "../models/attention";
import { NF4_BLOCK } from "../weights/nf4";
import { graphPeak } from "./graph-peak";

/** Node, the trainer's code, ONNX Runtime's library and its sessions, before anything is loaded. */
const RUNTIME_BYTES = 130e6;
/** An arena takes this many times the bytes that lie in it: what is free lies in gaps that the next value does not fit. */
const ARENA_FACTOR = 1.35;
const FLOAT = 4;

/** Bytes of state for each trained number. Adafactor's are rows and columns, too few to count. */
const OPTIMIZER_BYTES: Record<RunConfig["optimizer"], number> = {
  adamw: 8,
  adamw_8bit: 2.04,
  adafactor: 0,
  lion: 4,
  muon: 4,
};

/** Bytes of a frozen weight of a layer's matrix. */
const WEIGHT_BYTES: Record<BasePrecision, number> = { fp32: 4, bf16: 2, int8: 2, nf4: 0.5 + FLOAT / NF4_BLOCK };

export interface EstimateOptions {
  architecture: Architecture;
  config: RunConfig;
  /** Of the checkpoint's files: 2 or 4. */
  fileBytesPerWeight: number;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

/** @throws AppError when target modules or modules_to_save match nothing */
export function estimateMemory(options: EstimateOptions): MemoryEstimate {
  const trained = countTrained(options);
  const blocks = layerGraphs(options, trained);
  const weights = countWeights(options, trained.names);
  const kept = blocks.reduce((total, { graphs, layers }) => total + layers * keptBytes(graphs), 0);
  const parts: Record<MemoryPart, number> = {
    runtime: RUNTIME_BYTES,
    layerWeights: weights.layers,
    embeddingAndHead: weights.outer,
    trained: trained.bytes,
    // The input of every layer is kept in any case.
    keptActivations: kept + (options.architecture.shape.layers + 1) * rowBytes(options),
    layerWork: layerWork(options, blocks),
    logits: headWork(options, trained),
  };
  for (const part of MEMORY_PARTS) parts[part] = Math.round(parts[part]);
  return { parts, totalBytes: sum(Object.values(parts)), diskBytes: Math.round(trained.diskBytes) };
}

/** Bytes of one value [tokens, hidden]. */
function rowBytes({ architecture, config }: EstimateOptions): number {
  return config.batch_size * config.max_seq_length * architecture.shape.hiddenSize * FLOAT;
}

interface Trained {
  /** Weights of the model that are trained themselves. */
  names: ReadonlySet<string>;
  plans: ReturnType<typeof planAdapters>;
  bytes: number;
  /** Of a checkpoint, which has the optimizer's state, and of the result. */
  diskBytes: number;
}

function countTrained({ architecture, config }: EstimateOptions): Trained {
  const { shape, linears, layerName } = architecture;
  const modules = Array.from({ length: shape.layers }, (_, layer) =>
    linears.map(({ module }) => layerName(layer, module)),
  ).flat();
  const adapted = config.method === "full" ? [] : resolveTargetModules(modules, config);
  const plans = planAdapters(architecture, new Set(adapted), config);
  const names = selectTrainedWeights(architecture, adapted, config);
  const sizes = expectedWeights(architecture);
  const embeddingSize = shape.vocabularySize * shape.hiddenSize;
  const whole = sum(names.map((name) => sizeOf(sizes.get(name) ?? [embeddingSize])));
  const byLayer = new Map<number, number>();
  for (const { layer, spec, adapted: adapter } of plans.values()) {
    const numbers = adapter.rank * (spec.inFeatures + spec.outFeatures) + (adapter.isDora ? spec.outFeatures : 0);
    byLayer.set(layer, (byLayer.get(layer) ?? 0) + numbers);
  }
  const adapters = sum(byLayer.values());
  const ofLayer =
    config.method === "full"
      ? sum([...architecture.layerWeights.values()].map(sizeOf))
      : Math.max(0, ...byLayer.values());
  const each = FLOAT + OPTIMIZER_BYTES[config.optimizer];
  // Beside adapters embedding and head are trained apart: what is one matrix in the model becomes a copy for each.
  const isApart = config.method !== "full" && shape.tieEmbeddings;
  const copies = names.filter((name) => isApart && (!sizes.has(name) || name === architecture.embedding.tokens));
  // Values of adapters are new; trained weights are those of the model, with a gradient. One layer's gradients come anew.
  const bytes = adapters * (FLOAT + each) + whole * each + (ofLayer + copies.length * embeddingSize) * FLOAT;
  const diskBytes = (adapters + whole) * (2 * FLOAT + OPTIMIZER_BYTES[config.optimizer]);
  return { names: new Set(names), plans, bytes, diskBytes };
}

function countWeights(
  { architecture, config, fileBytesPerWeight }: EstimateOptions,
  trained: ReadonlySet<string>,
): { layers: number; outer: number } {
  const { shape, linears, layerName, layerWeights, embedding } = architecture;
  const { base_precision: precision, weight_offload: offload } = config;
  const matrices = new Set(linears.map(({ module }) => `${module}.weight`));
  const isLent = offload === "disk" || precision === "bf16" || precision === "nf4";
  let layers = 0;
  let lent = 0;
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const [name, size] of layerWeights) {
      const isWhole = !matrices.has(name) || trained.has(layerName(layer, name));
      if (isWhole) layers += sizeOf(size) * FLOAT;
      else if (offload !== "disk") layers += sizeOf(size) * WEIGHT_BYTES[precision];
      if (layer === 0 && !isWhole && isLent)
        lent += sizeOf(size) * (FLOAT + (offload === "disk" ? fileBytesPerWeight : 0));
    }
  }
  const inLayers = new Set(
    Array.from({ length: shape.layers }, (_, layer) =>
      [...layerWeights.keys()].map((name) => layerName(layer, name)),
    ).flat(),
  );
  const wide = new Set([embedding.tokens, headMatrix(architecture)]);
  const outer = sum(
    [...expectedWeights(architecture)].map(([name, size]) => {
      if (inLayers.has(name)) return 0;
      const isHalf = (precision === "bf16" || precision === "nf4") && wide.has(name) && !trained.has(name);
      return sizeOf(size) * (isHalf ? 2 : FLOAT);
    }),
  );
  return { layers: layers + lent, outer };
}

interface LayerGraphs {
  graphs: BlockGraphs;
  /** How many layers look like this. */
  layers: number;
}

function layerGraphs({ architecture, config }: EstimateOptions, { names, plans }: Trained): LayerGraphs[] {
  const { shape, linears, layerName, layerWeights } = architecture;
  const found = new Map<string, LayerGraphs>();
  for (let layer = 0; layer < shape.layers; layer++) {
    const kind = architecture.kindOf(layer);
    const adapted = linears.flatMap(({ module }) => plans.get(layerName(layer, module))?.adapted ?? []);
    const trainedWeights = [...layerWeights.keys()].filter((name) => names.has(layerName(layer, name)));
    const key = JSON.stringify([kind.name, adapted, trainedWeights]);
    const known = found.get(key);
    if (known) {
      known.layers++;
      continue;
    }
    const graphs = buildBlock(architecture, {
      batchSize: config.batch_size,
      blockLength: config.max_seq_length,
      kind,
      adapted,
      trainedWeights,
      precision: config.base_precision,
      dropout: config.method === "full" ? 0 : config.lora_dropout,
      keepBytes: keepBytes(config.gradient_checkpointing, architecture) / shape.layers,
    });
    found.set(key, { graphs, layers: 1 });
  }
  return [...found.values()];
}

const keptBytes = ({ kept }: BlockGraphs): number => FLOAT * sum([...kept.values()].map(sizeOf));

/** Each session has an arena of its own, and arenas give nothing back. */
function layerWork(options: EstimateOptions, blocks: readonly LayerGraphs[]): number {
  const { architecture, config } = options;
  const arenas = blocks.map(({ graphs: { forward, inference, backward } }) =>
    [forward, inference, backward].reduce(
      (total, model) => total + ARENA_FACTOR * graphPeak(model, Object.keys(model.outputs)),
      0,
    ),
  );
  const windows = new Set(
    Array.from({ length: architecture.shape.layers }, (_, layer) => architecture.kindOf(layer).window),
  );
  const masks = [...windows].map((window) =>
    sum(
      chunkBounds(config.max_seq_length, window).map(
        ({ start, end, keyStart }) => config.batch_size * (end - start) * (end - keyStart) * FLOAT,
      ),
    ),
  );
  // Gradients of a layer's output and input, and that of the head.
  return sum(arenas) + sum(masks) + 3 * rowBytes(options);
}

function headWork(options: EstimateOptions, { names }: Trained): number {
  const { architecture, config } = options;
  const { vocabularySize, hiddenSize } = architecture.shape;
  const tokens = config.batch_size * config.max_seq_length;
  const ofHead = [...architecture.headWeights.keys()].filter(
    (name) => names.has(name) || (name === architecture.embedding.tokens && names.has("lm_head.weight")),
  );
  const isSliced = (config.base_precision === "bf16" || config.base_precision === "nf4") && ofHead.length === 0;
  if (isSliced) {
    const size = sliceSizeOf(architecture, SLICE_BYTES);
    const rows = rowsFor(tokens, LOGITS_BYTES / FLOAT / size);
    const { statistics, gradient } = buildHeadSlice(architecture, rows, size);
    return ARENA_FACTOR * (graphPeak(statistics) + graphPeak(gradient)) + (size + 2 * rows) * hiddenSize * FLOAT;
  }
  const rows = rowsFor(tokens, LOGITS_BYTES / FLOAT / vocabularySize);
  const isQuantized = quantizesHead(config.base_precision, ofHead);
  const { loss, gradient } = buildHead(architecture, rows, { trainedNames: ofHead, isQuantized });
  const codes = isQuantized ? vocabularySize * hiddenSize : 0;
  // The gradient of the head's own weights is copied out of the arena.
  const copied = sum(ofHead.map((name) => sizeOf(architecture.headWeights.get(name) ?? [0])));
  return ARENA_FACTOR * (graphPeak(loss) + graphPeak(gradient)) + (rows * hiddenSize + copied) * FLOAT + codes;
}
