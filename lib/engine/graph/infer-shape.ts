/** @file Output shape of every operator; a mismatch names the operator and the shapes. */
import type { OpAttributes, OpName, Shape, Value } from "./ops";
import { sizeOf } from "./ops";

type ShapeRule<Attributes> = (inputs: readonly Value[], attributes: Attributes) => Shape;

function fail(op: OpName, inputs: readonly Value[], reason: string): never {
  const shapes = inputs.map((value) => `${value.name}[${value.shape.join(",")}]`).join(", ");
  throw new Error(`internal: ${op}(${shapes}): ${reason}`);
}

/** NumPy broadcasting of two shapes; null where they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    shape.push(Math.max(x, y));
  }
  return shape;
}

const at = (inputs: readonly Value[], index: number): Shape => (inputs[index] as Value).shape;

const same = (inputs: readonly Value[]): Shape => at(inputs, 0);

const broadcast =
  (op: OpName) =>
  (inputs: readonly Value[]): Shape =>
    broadcastShapes(at(inputs, 0), at(inputs, 1)) ?? fail(op, inputs, "shapes do not broadcast");

const reduce: ShapeRule<OpAttributes["ReduceSum"]> = (inputs, { axes, keepDims }) => {
  const shape = at(inputs, 0);
  return keepDims ? shape.map((size, i) => (axes.includes(i) ? 1 : size)) : shape.filter((_, i) => !axes.includes(i));
};

const product =
  (op: "Gemm" | "MatMul"): ShapeRule<OpAttributes["Gemm"]> =>
  (inputs, { transA, transB }) => {
    const a = at(inputs, 0);
    const b = at(inputs, 1);
    const [m, k] = transA ? [a.at(-1), a.at(-2)] : [a.at(-2), a.at(-1)];
    const [k2, n] = transB ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
    if (m === undefined || n === undefined || k !== k2) fail(op, inputs, "inner sizes differ");
    if (op === "Gemm" && (a.length !== 2 || b.length !== 2)) fail(op, inputs, "takes matrices");
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2)) ?? fail(op, inputs, "batch sizes do not broadcast");
    return [...batch, m, n];
  };

export const shapeRules: { [K in OpName]: ShapeRule<OpAttributes[K]> } = {
  Gemm: product("Gemm"),
  MatMul: product("MatMul"),
  QuantizedMatMul: (inputs) => {
    const [m, k] = at(inputs, 0);
    const [k2, n] = at(inputs, 1);
    const transposed = inputs[3]?.shape ?? [n, k];
    if (m === undefined || n === undefined || k !== k2 || transposed[0] !== n || transposed[1] !== k)
      fail("QuantizedMatMul", inputs, "sizes differ");
    return [m, n];
  },
  Add: broadcast("Add"),
  Sub: broadcast("Sub"),
  Mul: broadcast("Mul"),
  Neg: same,
  Exp: same,
  Sqrt: same,
  Reciprocal: same,
  Sigmoid: same,
  Silu: same,
  Tanh: same,
  Dropout: (inputs) => {
    const [shape, mask] = [at(inputs, 0), at(inputs, 1)];
    return shape.join() === mask.join() ? shape : fail("Dropout", inputs, "the mask has another shape");
  },
  Erf: same,
  Gelu: same,
  Softmax: same,
  LogSoftmax: same,
  LogSoftmaxAt: (inputs) =>
    at(inputs, 0).join() === at(inputs, 1).join()
      ? at(inputs, 2)
      : fail("LogSoftmaxAt", inputs, "the softmax has another shape"),
  ReduceSum: reduce,
  ReduceMean: reduce,
  Reshape: (inputs, { shape }) =>
    sizeOf(shape) === sizeOf(at(inputs, 0)) ? shape : fail("Reshape", inputs, `cannot become [${shape.join(",")}]`),
  Transpose: (inputs, { permutation }) => permutation.map((axis) => at(inputs, 0)[axis] as number),
  Expand: (_inputs, { shape }) => shape,
  Slice: (inputs, { axis, start, end }) =>
    at(inputs, 0).map((size, i) => (i === axis ? Math.min(end, size) - start : size)),
  Pad: (inputs, { axis, before, after }) => at(inputs, 0).map((size, i) => (i === axis ? before + size + after : size)),
  Concat: (inputs, { axis }) => {
    const total = inputs.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
    return at(inputs, 0).map((size, i) => (i === axis ? total : size));
  },
  GatherLast: (inputs) => at(inputs, 1),
  ScatterAddLast: same,
  RmsNorm: (inputs) =>
    at(inputs, 0).at(-1) === at(inputs, 1)[0] ? at(inputs, 0) : fail("RmsNorm", inputs, "the weight has another size"),
  LayerNorm: (inputs) =>
    at(inputs, 1)[0] === at(inputs, 0).at(-1) && at(inputs, 2)[0] === at(inputs, 0).at(-1)
      ? at(inputs, 0)
      : fail("LayerNorm", inputs, "weight or bias has another size"),
  Rotary: (inputs) =>
    at(inputs, 0).at(-1) === 2 * (at(inputs, 2)[1] as number)
      ? at(inputs, 0)
      : fail("Rotary", inputs, "the tables have another size"),
};
