import { expect, test } from "vitest";
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { graphPeak } from "./graph-peak";

const FLOATS = 6;
const BYTES = 4 * FLOATS;

test("a chain of products needs two values at once, a chain of sums one: they are added in place", () => {
  const b = new GraphBuilder();
  const x = b.input("x", [FLOATS]);
  const exp = () => b.op("LogSoftmax", [x], {});
  const sums = b.add(b.add(exp(), x), x);
  expect(graphPeak(encodeModel({ outputs: { sums } }))).toBe(BYTES);
  const chain = b.op("LogSoftmax", [b.op("LogSoftmax", [exp()], {})], {});
  expect(graphPeak(encodeModel({ outputs: { chain } }))).toBe(2 * BYTES);
});

test("what is written to the caller's memory and what is fed are not counted", () => {
  const b = new GraphBuilder();
  const x = b.input("x", [FLOATS]);
  const middle = b.op("Softmax", [x], {});
  const y = b.op("Softmax", [middle], {});
  const model = encodeModel({ outputs: { y } });
  expect(graphPeak(model)).toBe(2 * BYTES);
  expect(graphPeak(model, ["y"])).toBe(BYTES);
  expect(graphPeak(encodeModel({ outputs: { y }, saved: new Map([[middle, "kept"]]) }))).toBe(BYTES);
});

test("a value lives until its last use, a reshaped one as long as any of its names", () => {
  const b = new GraphBuilder();
  const first = b.op("Softmax", [b.input("x", [2, 3])], {});
  const flat = b.reshape(first, [FLOATS]);
  const second = b.op("Softmax", [flat], {});
  const third = b.op("Softmax", [second], {});
  const y = b.add(b.reshape(third, [2, 3]), first);
  // first, second and third at once; the sum then lies where one of them lay.
  expect(graphPeak(encodeModel({ outputs: { y } }))).toBe(3 * BYTES);
});
