/** @file How much memory the values of a graph take at most while ONNX Runtime goes through it. */
import { type OpName, sizeOf, type Value } from "../graph/ops";
import type { EncodedModel } from "../onnx/encode-model";

const BYTES: Record<Value["dtype"], number> = { float32: 4, int64: 8, int8: 1 };
const bytesOf = ({ shape, dtype }: Value): number => sizeOf(shape) * BYTES[dtype];

/** The result may lie where an input of the same size lay, if nobody needs that any more. */
const IN_PLACE: ReadonlySet<OpName> = new Set<OpName>([
  "Add",
  "Sub",
  "Mul",
  "Neg",
  "Exp",
  "Sqrt",
  "Reciprocal",
  "Sigmoid",
  "Tanh",
  "ScatterAddLast",
]);

/** In the order in which ONNX Runtime runs nodes: depth first from the outputs, what was made last before the rest. */
function executionOrder(outputs: readonly Value[], fed: ReadonlySet<Value>): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const stack: { value: Value; isDone: boolean }[] = outputs
    .toSorted((a, b) => a.id - b.id)
    .map((value) => ({ value, isDone: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { value, isDone } = top;
    if (isDone) {
      order.push(value);
      continue;
    }
    if (seen.has(value) || fed.has(value) || value.source.kind !== "node") continue;
    seen.add(value);
    stack.push({ value, isDone: true });
    for (const input of value.source.node.inputs.toSorted((a, b) => a.id - b.id))
      stack.push({ value: input, isDone: false });
  }
  return order;
}

/**
 * Bytes of what a graph computes, at the fullest moment. What it is fed is not counted.
 * @param given names of outputs that are written to the caller's memory, which are not counted either
 */
export function graphPeak(model: Pick<EncodedModel, "inputs" | "outputs">, given: readonly string[] = []): number {
  const outputs = Object.values(model.outputs);
  const elsewhere = new Set(given.map((name) => model.outputs[name]));
  const order = executionOrder(outputs, new Set(model.inputs.values()));
  // A reshaped value is the same memory under another name.
  const owners = new Map<Value, Value>();
  const ownerOf = (value: Value): Value => owners.get(value) ?? value;
  const uses = new Map<Value, number>();
  for (const value of order) {
    if (value.source.kind !== "node") continue;
    const { op, inputs } = value.source.node;
    if (op === "Reshape") owners.set(value, ownerOf(inputs[0] as Value));
    else for (const input of inputs) uses.set(ownerOf(input), (uses.get(ownerOf(input)) ?? 0) + 1);
  }
  for (const output of outputs) uses.set(ownerOf(output), Number.POSITIVE_INFINITY);
  const live = new Map<Value, number>();
  let bytes = 0;
  let peak = 0;
  for (const value of order) {
    if (value.source.kind !== "node" || owners.has(value)) continue;
    const { op, inputs } = value.source.node;
    const size = elsewhere.has(value) ? 0 : bytesOf(value);
    const reused =
      size > 0 && IN_PLACE.has(op)
        ? inputs.map(ownerOf).find((input) => uses.get(input) === 1 && live.get(input) === size)
        : undefined;
    if (!reused) bytes += size;
    // A quantized product also holds its input in 8 bits.
    const extra = op === "QuantizedMatMul" ? sizeOf((inputs[0] as Value).shape) : 0;
    peak = Math.max(peak, bytes + extra);
    live.set(value, size);
    for (const input of inputs.map(ownerOf)) {
      const left = (uses.get(input) ?? 0) - 1;
      uses.set(input, left);
      if (left > 0) continue;
      if (input !== reused) bytes -= live.get(input) ?? 0;
      live.delete(input);
    }
  }
  return peak;
}
