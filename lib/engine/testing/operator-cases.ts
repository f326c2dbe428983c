/** @file One graph or more for every operator, with gradients to check. For tests. */
import type { GraphBuilder } from "../graph/graph-builder";
import { type OpName, sizeOf, type Value } from "../graph/ops";
import type { TensorData } from "../runtime/session";

/** Seeded uniform numbers in [low, high). */
export function numbers(count: number, seed: number, low = -1, high = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
}

interface OperatorCase {
  op: OpName;
  name: string;
  build: (
    b: GraphBuilder,
    float: (name: string, shape: number[], low?: number, high?: number) => Value,
    integers: (name: string, shape: number[], below: number) => Value,
    mask: (name: string, shape: number[]) => Value,
  ) => Value;
}

const products = [false, true].flatMap((transA) => [false, true].map((transB) => ({ transA, transB })));

export const operatorCases: OperatorCase[] = [
  ...products.map(
    ({ transA, transB }): OperatorCase => ({
      op: "Gemm",
      name: `Gemm transA=${transA} transB=${transB} with an addend`,
      build: (b, float) =>
        b.gemm(
          float("a", transA ? [5, 4] : [4, 5]),
          float("b", transB ? [3, 5] : [5, 3]),
          { transA, transB, alpha: 1.5 },
          float("c", [4, 3]),
        ),
    }),
  ),
  {
    op: "Gemm",
    name: "Gemm with a broadcast addend",
    build: (b, f) => b.gemm(f("a", [4, 5]), f("b", [5, 3]), {}, f("c", [3])),
  },
  ...products.map(
    ({ transA, transB }): OperatorCase => ({
      op: "MatMul",
      name: `MatMul transA=${transA} transB=${transB} batched`,
      build: (b, float) =>
        b.matMul(float("a", transA ? [2, 3, 5, 4] : [2, 3, 4, 5]), float("b", transB ? [2, 3, 6, 5] : [2, 3, 5, 6]), {
          transA,
          transB,
          alpha: 0.7,
        }),
    }),
  ),
  {
    op: "MatMul",
    name: "MatMul with broadcast batches",
    build: (b, f) => b.matMul(f("a", [2, 3, 4, 5]), f("b", [2, 1, 5, 6])),
  },
  { op: "Add", name: "Add broadcast", build: (b, f) => b.add(f("a", [3, 4]), f("b", [4])) },
  { op: "Sub", name: "Sub broadcast", build: (b, f) => b.sub(f("a", [3, 1]), f("b", [3, 4])) },
  { op: "Mul", name: "Mul broadcast", build: (b, f) => b.mul(f("a", [2, 3, 4]), f("b", [2, 1, 4])) },
  { op: "Neg", name: "Neg", build: (b, f) => b.op("Neg", [f("a", [7])], {}) },
  { op: "Exp", name: "Exp", build: (b, f) => b.op("Exp", [f("a", [7])], {}) },
  { op: "Sqrt", name: "Sqrt", build: (b, f) => b.op("Sqrt", [f("a", [7], 0.5, 2)], {}) },
  { op: "Reciprocal", name: "Reciprocal", build: (b, f) => b.op("Reciprocal", [f("a", [7], 0.7, 2)], {}) },
  { op: "Sigmoid", name: "Sigmoid", build: (b, f) => b.op("Sigmoid", [f("a", [9], -3, 3)], {}) },
  { op: "Silu", name: "Silu", build: (b, f) => b.op("Silu", [f("a", [9], -3, 3)], {}) },
  { op: "Tanh", name: "Tanh", build: (b, f) => b.op("Tanh", [f("a", [9], -2, 2)], {}) },
  {
    op: "Dropout",
    name: "Dropout",
    build: (b, f, _integers, mask) => b.op("Dropout", [f("a", [3, 4]), mask("m", [3, 4])], { rate: 0.25 }),
  },
  { op: "Erf", name: "Erf", build: (b, f) => b.op("Erf", [f("a", [9], -2, 2)], {}) },
  { op: "Gelu", name: "Gelu", build: (b, f) => b.op("Gelu", [f("a", [9], -3, 3)], { approximation: "none" }) },
  { op: "Gelu", name: "Gelu by tanh", build: (b, f) => b.op("Gelu", [f("a", [9], -3, 3)], { approximation: "tanh" }) },
  { op: "Softmax", name: "Softmax", build: (b, f) => b.op("Softmax", [f("a", [3, 6], -2, 2)], {}) },
  { op: "LogSoftmax", name: "LogSoftmax", build: (b, f) => b.op("LogSoftmax", [f("a", [3, 6], -2, 2)], {}) },
  {
    op: "LogSoftmaxAt",
    name: "LogSoftmaxAt",
    build: (b, f, i) => {
      const x = f("a", [3, 6], -2, 2);
      return b.op("LogSoftmaxAt", [x, b.op("Softmax", [x], {}), i("i", [3, 1], 6)], {});
    },
  },
  {
    op: "ReduceSum",
    name: "ReduceSum without kept axes",
    build: (b, f) => b.reduceSum(f("a", [2, 3, 4]), [0, 2], false),
  },
  {
    op: "ReduceMean",
    name: "ReduceMean",
    build: (b, f) => b.op("ReduceMean", [f("a", [2, 3, 4])], { axes: [1], keepDims: true }),
  },
  { op: "Reshape", name: "Reshape", build: (b, f) => b.reshape(f("a", [2, 6]), [3, 4]) },
  { op: "Transpose", name: "Transpose", build: (b, f) => b.transpose(f("a", [2, 3, 4]), [2, 0, 1]) },
  { op: "Expand", name: "Expand", build: (b, f) => b.op("Expand", [f("a", [1, 3])], { shape: [2, 4, 3] }) },
  { op: "Slice", name: "Slice", build: (b, f) => b.slice(f("a", [3, 7]), 1, 2, 5) },
  {
    op: "Slice",
    name: "Slice that waits for another value",
    build: (b, f) => {
      const x = f("a", [3, 7]);
      return b.slice(x, 1, 2, 5, [b.op("Exp", [x], {})]);
    },
  },
  { op: "Pad", name: "Pad", build: (b, f) => b.op("Pad", [f("a", [3, 2])], { axis: 1, before: 1, after: 2 }) },
  { op: "Concat", name: "Concat", build: (b, f) => b.op("Concat", [f("a", [2, 3]), f("b", [2, 2])], { axis: 1 }) },
  {
    op: "GatherLast",
    name: "GatherLast",
    build: (b, f, i) => b.op("GatherLast", [f("a", [4, 6]), i("i", [4, 1], 6)], {}),
  },
  {
    op: "ScatterAddLast",
    name: "ScatterAddLast",
    build: (b, f, i) => b.op("ScatterAddLast", [f("a", [4, 6]), i("i", [4, 1], 6), f("u", [4, 1])], {}),
  },
  {
    op: "RmsNorm",
    name: "RmsNorm",
    build: (b, f) => b.op("RmsNorm", [f("a", [3, 8]), f("w", [8], 0.5, 1.5)], { epsilon: 1e-5 }),
  },
  {
    op: "LayerNorm",
    name: "LayerNorm",
    build: (b, f) => b.op("LayerNorm", [f("a", [3, 8]), f("w", [8], 0.5, 1.5), f("c", [8])], { epsilon: 1e-5 }),
  },
  {
    op: "Rotary",
    name: "Rotary",
    build: (b, f, i) => {
      const angles = Array.from({ length: 5 * 4 }, (_, k) => Math.floor(k / 4) / 10 ** ((k % 4) / 2));
      const table = (fn: (x: number) => number) => b.constant(Float32Array.from(angles, fn), [5, 4]);
      return b.op("Rotary", [f("a", [2, 3, 5, 8]), i("p", [2, 5], 5), table(Math.cos), table(Math.sin)], {});
    },
  },
];

/** Builds a case, and feeds for its inputs. @returns the float inputs too: what has a gradient */
export function buildOperatorCase({ build }: OperatorCase, b: GraphBuilder) {
  const feeds: Record<string, TensorData> = {};
  const leaves: Value[] = [];
  const output = build(
    b,
    (name, shape, low, high) => {
      const value = b.input(name, shape);
      feeds[name] = numbers(sizeOf(shape), 7 + leaves.length, low, high);
      leaves.push(value);
      return value;
    },
    (name, shape, below) => {
      feeds[name] = BigInt64Array.from({ length: sizeOf(shape) }, (_, k) => BigInt((k * 5 + 1) % below));
      return b.input(name, shape, "int64");
    },
    (name, shape) => {
      feeds[name] = Int8Array.from(numbers(sizeOf(shape), 3), (value) => (value > 0 ? 1 : 0));
      return b.input(name, shape, "int8");
    },
  );
  return { output, leaves, feeds };
}
