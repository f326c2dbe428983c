/** @file How every operator is written in ONNX (opset 18, with ONNX Runtime's com.microsoft domain). */
import { droppedShare, type OpAttributes, type OpName, sizeOf, type Value } from "../graph/ops";

export interface OnnxAttribute {
  name: string;
  value:
    | { kind: "int"; value: number }
    | { kind: "float"; value: number }
    | { kind: "ints"; value: readonly number[] }
    | { kind: "string"; value: string };
}

export interface OnnxNode {
  opType: string;
  domain?: string;
  inputs: string[];
  attributes?: OnnxAttribute[];
}

/** Adds a small int64 vector and gives its name; equal vectors share one. */
export type AddIntegers = (values: readonly number[]) => string;

/** For operators that take several nodes: what the last of them returns is the operator's output. */
export interface Steps {
  /** Adds a node and gives its output's name. */
  add(node: OnnxNode): string;
  /** A small constant; equal ones share a name. @param value the same in every place of `shape` */
  fill(type: "float32" | "uint8", shape: readonly number[], value: number): string;
}

export type Lowering<Attributes> = (
  attributes: Attributes,
  inputs: string[],
  integers: AddIntegers,
  output: Value,
  steps: Steps,
) => OnnxNode;

export const int = (name: string, value: number): OnnxAttribute => ({ name, value: { kind: "int", value } });
const float = (name: string, value: number): OnnxAttribute => ({ name, value: { kind: "float", value } });
const MICROSOFT = "com.microsoft";

/** 8-bit codes are unsigned with 128 for zero, as the processor's products take them; 1 … 255 are used. */
const ZERO_CODE = 128;
const LARGEST_CODE = 127;
const SMALLEST_SCALE = 1e-30;

const plain =
  (opType: string) =>
  (_attributes: unknown, inputs: string[]): OnnxNode => ({ opType, inputs });

const reduction =
  (opType: string): Lowering<OpAttributes["ReduceSum"]> =>
  (attributes, [x], integers) => ({
    opType,
    inputs: [x as string, integers(attributes.axes)],
    attributes: [int("keepdims", attributes.keepDims ? 1 : 0)],
  });

/**
 * (x at the index - max x) + log max softmax(x): the largest share is at least 1 / v, so its logarithm is exact where others'
 * would be -∞.
 */
const logSoftmaxAt: Lowering<OpAttributes["LogSoftmaxAt"]> = (_attributes, inputs, integers, _output, steps) => {
  const [x, softmax, indices] = inputs as [string, string, string];
  const largest = (of: string) =>
    steps.add({ opType: "ReduceMax", inputs: [of, integers([1])], attributes: [int("keepdims", 1)] });
  const picked = steps.add({ opType: "GatherElements", inputs: [x, indices], attributes: [int("axis", 1)] });
  const below = steps.add({ opType: "Sub", inputs: [picked, largest(x)] });
  return { opType: "Add", inputs: [below, steps.add({ opType: "Log", inputs: [largest(softmax)] })] };
};

/** Largest absolute value of each row of x [m,k] over the largest code: [m,1] */
export function scaleRows(x: string, integers: AddIntegers, steps: Steps): string {
  const extreme = (opType: string) =>
    steps.add({ opType, inputs: [x, integers([1])], attributes: [int("keepdims", 1)] });
  const lowest = steps.add({ opType: "Neg", inputs: [extreme("ReduceMin")] });
  // A row of zeros has no largest value to divide by.
  const largest = steps.add({
    opType: "Max",
    inputs: [extreme("ReduceMax"), lowest, steps.fill("float32", [], SMALLEST_SCALE)],
  });
  return steps.add({ opType: "Mul", inputs: [largest, steps.fill("float32", [], 1 / LARGEST_CODE)] });
}

/**
 * ONNX Runtime knows no order but that of data. So the start becomes the smallest of itself and the sizes of what has to be
 * there first, which are not smaller.
 */
function startAfter(
  start: number,
  after: readonly string[],
  { integers, output, steps }: { integers: AddIntegers; output: Value; steps: Steps },
): string {
  const [, ...values] = output.source.kind === "node" ? output.source.node.inputs : [];
  const sizes = after
    .filter((_, i) => sizeOf(values[i]?.shape ?? []) >= start)
    .map((name) => steps.add({ opType: "Size", inputs: [name] }));
  return sizes.length === 0 ? integers([start]) : steps.add({ opType: "Min", inputs: [integers([start]), ...sizes] });
}

export const lowerings: { [K in OpName]: Lowering<OpAttributes[K]> } = {
  Gemm: ({ transA, transB, alpha }, inputs) => ({
    opType: "Gemm",
    inputs,
    attributes: [int("transA", transA ? 1 : 0), int("transB", transB ? 1 : 0), float("alpha", alpha)],
  }),
  // FusedMatMul reads transposed operands in place; plain MatMul would need a copy for each.
  MatMul: ({ transA, transB, alpha }, inputs) =>
    transA || transB || alpha !== 1
      ? {
          opType: "FusedMatMul",
          domain: MICROSOFT,
          inputs,
          attributes: [int("transA", transA ? 1 : 0), int("transB", transB ? 1 : 0), float("alpha", alpha)],
        }
      : { opType: "MatMul", inputs },
  QuantizedMatMul: (_attributes, [x, codes, scales], integers, output, steps) => {
    const rows = output.shape[0] as number;
    const lastAxis = integers([1]);
    const rowScales = scaleRows(x as string, integers, steps);
    const quantized = steps.add({
      opType: "QuantizeLinear",
      inputs: [
        x as string,
        steps.add({ opType: "Squeeze", inputs: [rowScales, lastAxis] }),
        steps.fill("uint8", [rows], ZERO_CODE),
      ],
      attributes: [int("axis", 0)],
    });
    const product = steps.add({
      opType: "MatMulIntegerToFloat",
      domain: MICROSOFT,
      inputs: [
        quantized,
        codes as string,
        steps.fill("float32", [], 1),
        scales as string,
        steps.fill("uint8", [], ZERO_CODE),
      ],
    });
    return { opType: "Mul", inputs: [product, rowScales] };
  },
  Add: plain("Add"),
  Sub: plain("Sub"),
  Mul: plain("Mul"),
  Neg: plain("Neg"),
  Exp: plain("Exp"),
  Sqrt: plain("Sqrt"),
  Reciprocal: plain("Reciprocal"),
  Sigmoid: plain("Sigmoid"),
  Silu: (_attributes, inputs) => ({ opType: "QuickGelu", domain: MICROSOFT, inputs, attributes: [float("alpha", 1)] }),
  Tanh: plain("Tanh"),
  Dropout: ({ rate }, [x, mask], _integers, _output, steps) => {
    const factor = steps.fill("float32", [], 1 / (1 - droppedShare(rate)));
    const factors = steps.add({ opType: "DequantizeLinear", inputs: [mask as string, factor] });
    return { opType: "Mul", inputs: [x as string, factors] };
  },
  Erf: plain("Erf"),
  Gelu: ({ approximation }, inputs) => ({
    opType: approximation === "tanh" ? "FastGelu" : "Gelu",
    domain: MICROSOFT,
    inputs,
  }),
  Softmax: (_attributes, inputs) => ({ opType: "Softmax", inputs, attributes: [int("axis", -1)] }),
  LogSoftmax: (_attributes, inputs) => ({ opType: "LogSoftmax", inputs, attributes: [int("axis", -1)] }),
  LogSoftmaxAt: logSoftmaxAt,
  ReduceSum: reduction("ReduceSum"),
  ReduceMean: reduction("ReduceMean"),
  Reshape: (attributes, [x], integers) => ({ opType: "Reshape", inputs: [x as string, integers(attributes.shape)] }),
  Transpose: (attributes, inputs) => ({
    opType: "Transpose",
    inputs,
    attributes: [{ name: "perm", value: { kind: "ints", value: attributes.permutation } }],
  }),
  Expand: (attributes, [x], integers) => ({ opType: "Expand", inputs: [x as string, integers(attributes.shape)] }),
  Slice: ({ axis, start, end }, [x, ...after], integers, output, steps) => ({
    opType: "Slice",
    inputs: [x as string, startAfter(start, after, { integers, output, steps }), integers([end]), integers([axis])],
  }),
  Pad: ({ axis, before, after }, [x], integers, output) => {
    const pads = new Array<number>(output.shape.length * 2).fill(0);
    pads[axis] = before;
    pads[output.shape.length + axis] = after;
    return { opType: "Pad", inputs: [x as string, integers(pads)] };
  },
  Concat: (attributes, inputs) => ({ opType: "Concat", inputs, attributes: [int("axis", attributes.axis)] }),
  GatherLast: (_attributes, inputs) => ({ opType: "GatherElements", inputs, attributes: [int("axis", 1)] }),
  ScatterAddLast: (_attributes, inputs) => ({
    opType: "ScatterElements",
    inputs,
    attributes: [int("axis", 1), { name: "reduction", value: { kind: "string", value: "add" } }],
  }),
  RmsNorm: (attributes, inputs) => ({
    opType: "SimplifiedLayerNormalization",
    inputs,
    attributes: [int("axis", -1), float("epsilon", attributes.epsilon), int("stash_type", 1)],
  }),
  LayerNorm: (attributes, inputs) => ({
    opType: "LayerNormalization",
    inputs,
    attributes: [int("axis", -1), float("epsilon", attributes.epsilon), int("stash_type", 1)],
  }),
  Rotary: (_attributes, inputs) => ({ opType: "RotaryEmbedding", domain: MICROSOFT, inputs }),
};
