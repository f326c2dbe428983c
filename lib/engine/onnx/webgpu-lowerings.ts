/**
 * @file How operators are written for WebGPU where ONNX Runtime's provider lacks what the common lowering uses. An
 * operator that a provider lacks runs on the CPU without a word, and its operands travel there and back.
 */
import { type OpAttributes, type OpName, type Shape, sizeOf, type Value } from "../graph/ops";
import { int, type Lowering, type Steps, scaleRows } from "./lowerings";

const operands = ({ source }: Value): readonly Value[] => (source.kind === "node" ? source.node.inputs : []);

/** x with its last two axes exchanged. */
function turned(x: string, { length }: Shape, steps: Steps): string {
  const permutation = Array.from({ length }, (_, i) => (i < length - 2 ? i : 2 * length - 3 - i));
  return steps.add({
    opType: "Transpose",
    inputs: [x],
    attributes: [{ name: "perm", value: { kind: "ints", value: permutation } }],
  });
}

/** No FusedMatMul there: operands are turned, and the smaller one is scaled. */
const matMul: Lowering<OpAttributes["MatMul"]> = ({ transA, transB, alpha }, inputs, _integers, output, steps) => {
  const shapes = operands(output).map(({ shape }) => shape);
  const smaller = sizeOf(shapes[0] ?? []) <= sizeOf(shapes[1] ?? []) ? 0 : 1;
  const prepared = inputs.map((x, i) => {
    const scaled =
      alpha !== 1 && i === smaller ? steps.add({ opType: "Mul", inputs: [x, steps.fill("float32", [], alpha)] }) : x;
    return (i === 0 ? transA : transB) ? turned(scaled, shapes[i] ?? [], steps) : scaled;
  });
  return { opType: "MatMul", inputs: prepared };
};

/** No LogSoftmax there: x - max x - log Σ exp(x - max x). */
const logSoftmax: Lowering<OpAttributes["LogSoftmax"]> = (_attributes, [x], integers, { shape }, steps) => {
  const overLast = (opType: string, value: string) =>
    steps.add({ opType, inputs: [value, integers([shape.length - 1])], attributes: [int("keepdims", 1)] });
  const shifted = steps.add({ opType: "Sub", inputs: [x as string, overLast("ReduceMax", x as string)] });
  const total = overLast("ReduceSum", steps.add({ opType: "Exp", inputs: [shifted] }));
  return { opType: "Sub", inputs: [shifted, steps.add({ opType: "Log", inputs: [total] })] };
};

/** From here to twice this, neighbouring float32 numbers are 1 apart: adding it rounds, ties to even. */
const WHOLE_NUMBERS = 1.5 * 2 ** 23;

/** No products of integers there, and no Round: the same rounded numbers are multiplied as float32. */
const quantizedMatMul: Lowering<OpAttributes["QuantizedMatMul"]> = (
  _attributes,
  [x, codes, scales],
  integers,
  _output,
  steps,
) => {
  const rowScales = scaleRows(x as string, integers, steps);
  const quotients = steps.add({ opType: "Div", inputs: [x as string, rowScales] });
  const whole = steps.fill("float32", [], WHOLE_NUMBERS);
  const rounded = steps.add({
    opType: "Sub",
    inputs: [steps.add({ opType: "Add", inputs: [quotients, whole] }), whole],
  });
  const weight = steps.add({
    opType: "DequantizeLinear",
    inputs: [codes as string, scales as string],
    attributes: [int("axis", 1)],
  });
  const product = steps.add({ opType: "MatMul", inputs: [rounded, weight] });
  return { opType: "Mul", inputs: [product, rowScales] };
};

/** Order is the device's own affair, and sizes would travel. */
const slice: Lowering<OpAttributes["Slice"]> = ({ axis, start, end }, [x], integers) => ({
  opType: "Slice",
  inputs: [x as string, integers([start]), integers([end]), integers([axis])],
});

export const webgpuLowerings: { [K in OpName]?: Lowering<OpAttributes[K]> } = {
  MatMul: matMul,
  Slice: slice,
  LogSoftmax: logSoftmax,
  QuantizedMatMul: quantizedMatMul,
};
