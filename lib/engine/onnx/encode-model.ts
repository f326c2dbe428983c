/** @file Graph → ONNX ModelProto bytes. Only what the outputs need is written. */
import onnxProto from "onnx-proto";
import { type DType, sizeOf, type Value } from "../graph/ops";
import type { Device } from "../runtime/device";
import { type AddIntegers, lowerings, type OnnxAttribute, type OnnxNode, type Steps } from "./lowerings";
import { webgpuLowerings } from "./webgpu-lowerings";

const { onnx } = onnxProto;

const { FLOAT, INT64, INT8, UINT8 } = onnx.TensorProto.DataType;
const ELEMENT_TYPES: Record<DType, number> = { float32: FLOAT, int64: INT64, int8: INT8 };
const IR_VERSION = 9;
const OPSETS = [
  { domain: "", version: 18 },
  { domain: "com.microsoft", version: 1 },
];

export interface EncodeOptions {
  outputs: Readonly<Record<string, Value>>;
  /**
   * Values that are fed instead of computed, by the input's name: what a forward pass has saved need not be computed
   * again by the backward pass, and the nodes that led to it fall away.
   */
  saved?: ReadonlyMap<Value, string>;
}

export interface EncodedModel {
  /** The ModelProto, written with the operators that the device has. */
  bytesFor(device: Device): Uint8Array;
  /** Name → value of every tensor that has to be fed. */
  inputs: ReadonlyMap<string, Value>;
  outputs: Readonly<Record<string, Value>>;
}

function attributeProto({ name, value }: OnnxAttribute) {
  const types = onnx.AttributeProto.AttributeType;
  switch (value.kind) {
    case "int":
      return { name, type: types.INT, i: value.value };
    case "float":
      return { name, type: types.FLOAT, f: value.value };
    case "ints":
      return { name, type: types.INTS, ints: [...value.value] };
    case "string":
      return { name, type: types.STRING, s: new TextEncoder().encode(value.value) };
  }
}

const valueInfo = (name: string, value: Value) => ({
  name,
  type: {
    tensorType: {
      elemType: ELEMENT_TYPES[value.dtype],
      shape: { dim: value.shape.map((dimValue) => ({ dimValue })) },
    },
  },
});

const waitsForOthers = ({ source }: Value): boolean =>
  source.kind === "node" && source.node.op === "Slice" && source.node.inputs.length > 1;

const rawBytes = (data: Float32Array | BigInt64Array | Uint8Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Every value the outputs need, in creation order; saved values stand for themselves and end the search. */
function reachable(outputs: Iterable<Value>, saved: ReadonlyMap<Value, string>): Value[] {
  const seen = new Set<Value>();
  const stack = [...outputs];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (!saved.has(value) && value.source.kind === "node") stack.push(...value.source.node.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

export function encodeModel({ outputs, saved = new Map() }: EncodeOptions): EncodedModel {
  const values = reachable(Object.values(outputs), saved);
  // A computed output carries the caller's name itself: an Identity behind it would copy the tensor.
  const outputNames = new Map<Value, string>();
  for (const [name, value] of Object.entries(outputs)) {
    if (value.source.kind === "node" && !saved.has(value) && !outputNames.has(value)) outputNames.set(value, name);
  }
  const nameOf = (value: Value) => saved.get(value) ?? outputNames.get(value) ?? value.name;
  const isInput = (value: Value) => saved.has(value) || value.source.kind === "input";
  const inputs = new Map(values.filter(isInput).map((value) => [nameOf(value), value]));
  return { bytesFor: (device) => encode({ values, outputs, inputs, nameOf, device }), inputs, outputs };
}

interface Encoding extends Pick<EncodedModel, "inputs" | "outputs"> {
  /** In an order in which each comes after what it is made from. */
  values: readonly Value[];
  nameOf(value: Value): string;
  device: Device;
}

function encode({ values, outputs, inputs, nameOf, device }: Encoding): Uint8Array {
  const table = device === "webgpu" ? { ...lowerings, ...webgpuLowerings } : lowerings;
  const initializers: object[] = [];
  const nodes: object[] = [];

  const vectors = new Map<string, string>();
  const integers: AddIntegers = (numbers) => {
    const key = numbers.join(",");
    let name = vectors.get(key);
    if (!name) {
      name = `ints_${vectors.size}`;
      vectors.set(key, name);
      const data = BigInt64Array.from(numbers, BigInt);
      initializers.push({ name, dims: [numbers.length], dataType: INT64, rawData: rawBytes(data) });
    }
    return name;
  };

  const addNode = (node: OnnxNode, output: string) =>
    nodes.push({
      opType: node.opType,
      domain: node.domain ?? "",
      input: node.inputs,
      output: [output],
      attribute: (node.attributes ?? []).map(attributeProto),
    });

  const fills = new Map<string, string>();
  const steps: Steps = {
    add: (node) => {
      const name = `step_${nodes.length}`;
      addNode(node, name);
      return name;
    },
    fill: (type, dims, number) => {
      const key = `${type}[${dims.join(",")}]=${number}`;
      let name = fills.get(key);
      if (!name) {
        name = `fill_${fills.size}`;
        fills.set(key, name);
        const data = type === "uint8" ? new Uint8Array(sizeOf(dims)) : new Float32Array(sizeOf(dims));
        const dataType = type === "uint8" ? UINT8 : FLOAT;
        initializers.push({ name, dims: [...dims], dataType, rawData: rawBytes(data.fill(number)) });
      }
      return name;
    },
  };

  for (const value of values) {
    const { source } = value;
    if (inputs.has(nameOf(value))) continue;
    if (source.kind === "constant") {
      const dataType = ELEMENT_TYPES[value.dtype];
      initializers.push({ name: value.name, dims: [...value.shape], dataType, rawData: rawBytes(source.data) });
    } else if (source.kind === "node") {
      const lower = table[source.node.op] as (...args: unknown[]) => OnnxNode;
      addNode(lower(source.node.attributes, source.node.inputs.map(nameOf), integers, value, steps), nameOf(value));
    }
  }
  for (const [name, value] of Object.entries(outputs)) {
    if (nameOf(value) !== name) addNode({ opType: "Identity", inputs: [nameOf(value)] }, name);
  }

  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: "codetune-studio",
    opsetImport: OPSETS,
    graph: {
      name: "graph",
      node: nodes,
      initializer: initializers,
      input: [...inputs].map(([name, value]) => valueInfo(name, value)),
      output: Object.entries(outputs).map(([name, value]) => valueInfo(name, value)),
      // Of these the runtime does not find the shape by itself, without which nothing is computed in place.
      valueInfo: values
        .filter((value) => waitsForOthers(value) && !inputs.has(nameOf(value)) && !(nameOf(value) in outputs))
        .map((value) => valueInfo(nameOf(value), value)),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}
