/** @file The graphs that an executor runs: one decoder block forward and backward, and the head with the loss. */
import { backward } from "../autodiff/backward";
import { type Shape, sizeOf, type Value } from "../graph/ops";
import type { Architecture } from "../models/architecture";
import { type EncodedModel, encodeModel } from "../onnx/encode-model";
import { type BatchShape, type BlockGraph, buildBlockGraph, type LayerShape } from "./block-scope";

export interface BlockOptions extends BatchShape, LayerShape {
  /** In training, the share of their inputs that adapters do not see. */
  dropout: number;
  /** Bytes that kept activations of this one block may take; 0 keeps the block's input only. */
  keepBytes: number;
}

export interface BlockGraphs {
  /** Outputs: y and the kept activations. */
  forward: EncodedModel;
  /** Outputs: y. */
  inference: EncodedModel;
  /** Outputs: y, and keys and values [batch, keyValueHeads, length, headSize] to go on from. */
  prefill: EncodedModel;
  /** Inputs beside the forward's: dy and the kept activations. Outputs: dx and d_<name> of everything trained. */
  backward: EncodedModel;
  /** Kept activations: input name of the backward pass → shape. */
  kept: ReadonlyMap<string, Shape>;
  /** Names of what is trained, as fed. */
  trained: readonly string[];
}

const BYTES_PER_FLOAT = 4;

/** Reshaping is another name for the same memory, but an output under another name would be a copy. */
function unshaped(value: Value): Value {
  return value.source.kind === "node" && value.source.node.op === "Reshape"
    ? unshaped(value.source.node.inputs[0] as Value)
    : value;
}

/** What costs most to compute again for each byte first, as far as the bytes reach. */
function chooseKept(candidates: BlockGraph["candidates"], keepBytes: number): Map<Value, string> {
  const kept = new Map<Value, string>();
  let left = keepBytes / BYTES_PER_FLOAT;
  for (const { name, value } of candidates.toSorted((x, y) => x.tier - y.tier)) {
    const floats = sizeOf(value.shape);
    if (floats > left) continue;
    left -= floats;
    kept.set(unshaped(value), `kept_${name}`);
  }
  return kept;
}

/** The rotated keys and the values that every architecture offers under these names, as outputs. */
function keysAndValues(candidates: BlockGraph["candidates"]): { keys: Value; values: Value } {
  const find = (name: string) => candidates.find((candidate) => candidate.name === name)?.value;
  const keys = find("k");
  const values = find("v");
  if (!keys || !values) throw new Error("internal: the architecture offers no k and v to keep");
  return { keys, values };
}

export function buildBlock(architecture: Architecture, options: BlockOptions): BlockGraphs {
  const { b, x, y, parameters, candidates } = buildBlockGraph(architecture, options, { dropout: options.dropout });
  const kept = chooseKept(candidates, options.keepBytes);
  const trained = [...parameters.keys()];
  const gradients = backward(b, y, b.input("dy", y.shape), [x, ...parameters.values()], (value) =>
    kept.has(unshaped(value)),
  );
  const backwardOutputs: Record<string, Value> = { dx: gradients[0] as Value };
  trained.forEach((name, i) => {
    backwardOutputs[`d_${name}`] = gradients[i + 1] as Value;
  });
  const backwardModel = encodeModel({ outputs: backwardOutputs, saved: kept });
  // What the backward pass turns out not to ask for is not kept.
  const asked = [...kept].filter(([, name]) => backwardModel.inputs.has(name));
  // Outside of training nothing is dropped.
  const still = options.dropout > 0 ? buildBlockGraph(architecture, options) : { y, candidates };
  return {
    forward: encodeModel({ outputs: { y, ...Object.fromEntries(asked.map(([value, name]) => [name, value])) } }),
    inference: encodeModel({ outputs: { y: still.y } }),
    prefill: encodeModel({ outputs: { y: still.y, ...keysAndValues(still.candidates) } }),
    backward: backwardModel,
    kept: new Map(asked.map(([value, name]) => [name, value.shape])),
    trained,
  };
}

/** The same block for one new token after those in a cache. Outputs: y [1, hidden], keys, values of the new token. */
export function buildDecodeBlock(architecture: Architecture, layer: LayerShape, cacheLength: number): EncodedModel {
  const { y, candidates } = buildBlockGraph(architecture, { batchSize: 1, blockLength: 1, ...layer }, { cacheLength });
  return encodeModel({ outputs: { y, ...keysAndValues(candidates) } });
}
