/** @file The graphs that an executor runs: one decoder block forward and backward, and the head with the loss. */
import { backward } from "../autodiff/backward";
import { GraphBuilder } from "../graph/graph-builder";
import { type Shape, sizeOf, type Value } from "../graph/ops";
import type { Architecture, BlockScope } from "../models/architecture";
import { chunkBounds } from "../models/attention";
import { type EncodedModel, encodeModel } from "../onnx/encode-model";

export interface BatchShape {
  batchSize: number;
  blockLength: number;
}

export interface BlockOptions extends BatchShape {
  /** Linear layers of this block with an adapter. */
  adapted: readonly string[];
  rank: number;
  scaling: number;
  /** Train the block's own weights (full fine-tuning). */
  trainWeights: boolean;
  /** Bytes that kept activations of this one block may take; 0 keeps the block's input only. */
  keepBytes: number;
}

export interface BlockGraphs {
  forward: EncodedModel;
  /** Forward without anything kept. */
  inference: EncodedModel;
  backward: EncodedModel;
  /** Kept activations: input name of the backward pass → shape. */
  kept: ReadonlyMap<string, Shape>;
  /** Names of what is trained, as fed; gradients come out as `d_<name>`. */
  trained: readonly string[];
}

const BYTES_PER_FLOAT = 4;

export const adapterInput = (module: string, part: "A" | "B") => `${module}.lora_${part}`;

function rotaryTables(length: number, headSize: number, theta: number): { cos: Float32Array; sin: Float32Array } {
  const half = headSize / 2;
  const angle = (index: number) => Math.floor(index / half) * theta ** (-(index % half) / half);
  const cos = Float32Array.from({ length: length * half }, (_, i) => Math.cos(angle(i)));
  const sin = Float32Array.from({ length: length * half }, (_, i) => Math.sin(angle(i)));
  return { cos, sin };
}

/**
 * Inputs of the graphs: x, positions, mask_<i>, every weight of the layer by name, adapters as `<module>.lora_A|B`;
 * backward also dy and the kept activations. Outputs: y and the kept ones; backward dx and `d_<name>`.
 */
export function buildBlock(architecture: Architecture, options: BlockOptions): BlockGraphs {
  const { batchSize, blockLength, adapted, rank, scaling, trainWeights, keepBytes } = options;
  const { shape, linears, layerWeights } = architecture;
  const rows = batchSize * blockLength;
  const b = new GraphBuilder();
  const x = b.input("x", [rows, shape.hiddenSize]);
  const positions = b.input("positions", [batchSize, blockLength], "int64");
  const tables = rotaryTables(blockLength, shape.headSize, shape.ropeTheta);
  const cos = b.constant(tables.cos, [blockLength, shape.headSize / 2]);
  const sin = b.constant(tables.sin, [blockLength, shape.headSize / 2]);
  const masks = chunkBounds(blockLength).map(({ start, end }, i) => ({
    start,
    end,
    mask: b.input(`mask_${i}`, [batchSize, 1, 1, end - start, end]),
  }));
  const weights = new Map([...layerWeights].map(([name, weightShape]) => [name, b.input(name, weightShape)]));
  const adapters = new Map<string, Value>();
  for (const { module, inFeatures, outFeatures } of linears) {
    if (!adapted.includes(module)) continue;
    adapters.set(adapterInput(module, "A"), b.input(adapterInput(module, "A"), [rank, inFeatures]));
    adapters.set(adapterInput(module, "B"), b.input(adapterInput(module, "B"), [outFeatures, rank]));
  }
  const weight = (name: string): Value => {
    const value = weights.get(name);
    if (!value) throw new Error(`internal: the block asks for ${name}, which the architecture does not list`);
    return value;
  };
  const candidates: { name: string; value: Value; tier: number }[] = [];
  const scope: BlockScope = {
    b,
    batchSize,
    blockLength,
    masks,
    weight,
    // y = x Wᵀ + s (x Aᵀ) Bᵀ (Hu et al. 2021)
    linear: (module, input) => {
      const base = b.gemm(input, weight(`${module}.weight`), { transB: true });
      const a = adapters.get(adapterInput(module, "A"));
      const up = adapters.get(adapterInput(module, "B"));
      return a && up ? b.gemm(b.gemm(input, a, { transB: true }), up, { transB: true, alpha: scaling }, base) : base;
    },
    rotary: (value) => b.op("Rotary", [value, positions, cos, sin], {}),
    keep: (name, value, tier) => candidates.push({ name, value, tier }),
  };
  const y = architecture.block(scope, x);

  const kept = new Map<Value, string>();
  let left = keepBytes / BYTES_PER_FLOAT;
  for (const tier of [1, 2]) {
    const members = candidates.filter((candidate) => candidate.tier === tier);
    const floats = members.reduce((sum, { value }) => sum + sizeOf(value.shape), 0);
    if (floats > left) break;
    left -= floats;
    for (const { name, value } of members) kept.set(value, `kept_${name}`);
  }

  const trained = [...adapters.keys(), ...(trainWeights ? weights.keys() : [])];
  const targets = [x, ...adapters.values(), ...(trainWeights ? weights.values() : [])];
  const gradients = backward(b, y, b.input("dy", y.shape), targets);
  const backwardOutputs: Record<string, Value> = { dx: gradients[0] as Value };
  trained.forEach((name, i) => {
    backwardOutputs[`d_${name}`] = gradients[i + 1] as Value;
  });
  const backwardModel = encodeModel({ outputs: backwardOutputs, saved: kept });
  // What the backward pass turns out not to ask for is not kept.
  const asked = [...kept].filter(([, name]) => backwardModel.inputs.has(name));
  return {
    forward: encodeModel({ outputs: { y, ...Object.fromEntries(asked.map(([value, name]) => [name, value])) } }),
    inference: encodeModel({ outputs: { y } }),
    backward: backwardModel,
    kept: new Map(asked.map(([value, name]) => [name, value.shape])),
    trained,
  };
}

export interface HeadGraphs {
  /** Outputs: loss [] (sum in nats over rows of weight 1). */
  loss: EncodedModel;
  /** Outputs: loss, dx [rows, hidden], and d_norm, d_head when trained. */
  gradient: EncodedModel;
  /** Outputs: logits [rows, vocabulary]. */
  logits: EncodedModel;
}

/**
 * Final norm, logits and cross-entropy over a chunk of rows, so that logits never exist whole.
 * Inputs: x [rows, hidden], norm, head, labels [rows, 1], weights [rows, 1] (1 = counts, 0 = filler), scale [].
 */
export function buildHead(architecture: Architecture, rows: number, trainWeights: boolean): HeadGraphs {
  const { shape } = architecture;
  const b = new GraphBuilder();
  const x = b.input("x", [rows, shape.hiddenSize]);
  const norm = b.input("norm", [shape.hiddenSize]);
  const head = b.input("head", [shape.vocabularySize, shape.hiddenSize]);
  const labels = b.input("labels", [rows, 1], "int64");
  const weights = b.input("weights", [rows, 1]);
  const scale = b.input("scale", []);
  const logits = architecture.head(b, x, norm, head);
  const logProbabilities = b.op("LogSoftmax", [logits], {});
  const picked = b.op("GatherLast", [logProbabilities, labels], {});
  const loss = b.op("Neg", [b.reduceSum(b.mul(picked, weights), [0, 1], false)], {});
  // d(loss)/d(logits) = w (softmax - onehot), written out: the general rules would take five passes over the logits.
  const rowScale = b.mul(weights, scale);
  const softmax = b.mul(b.op("Exp", [logProbabilities], {}), rowScale);
  const logitsGradient = b.op("ScatterAddLast", [softmax, labels, b.op("Neg", [rowScale], {})], {});
  const targets = trainWeights ? [x, norm, head] : [x];
  const [dx, dNorm, dHead] = backward(b, logits, logitsGradient, targets) as [
    Value,
    Value | undefined,
    Value | undefined,
  ];
  return {
    loss: encodeModel({ outputs: { loss } }),
    gradient: encodeModel({
      outputs: { loss, dx, ...(dNorm && dHead ? { d_norm: dNorm, d_head: dHead } : {}) },
    }),
    logits: encodeModel({ outputs: { logits } }),
  };
}
