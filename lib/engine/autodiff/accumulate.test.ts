import { expect, test } from "vitest";
import { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import { encodeModel } from "../onnx/encode-model";
import { GraphSession } from "../runtime/session";
import { backward } from "./backward";

/** Operators that a value is computed by. */
function operators(value: Value, found = new Set<string>()): Set<string> {
  if (value.source.kind !== "node") return found;
  found.add(value.source.node.op);
  for (const input of value.source.node.inputs) operators(input, found);
  return found;
}

/** dL/dx of L = Σ over the slices of `probe` times their squares. */
async function gradientOfSlices(slices: [number, number][]) {
  const b = new GraphBuilder();
  const x = b.input("x", [2, 6]);
  const squares = slices.map(([start, end]) => {
    const slice = b.slice(x, 1, start, end);
    return b.reduceSum(b.mul(slice, slice), [0, 1], false);
  });
  const output = squares.reduce((sum, square) => b.add(sum, square));
  const [dx] = backward(b, output, b.scalar(1), [x]) as [Value];
  const session = await GraphSession.create(encodeModel({ outputs: { dx } }), { device: "cpu", threads: 1 });
  const feed = Float32Array.from({ length: 12 }, (_, i) => i + 1);
  const { dx: gradient } = await session.run({ x: feed });
  await session.dispose();
  const uses = (column: number) => slices.filter(([start, end]) => start <= column && column < end).length;
  const expected = feed.map((value, i) => 2 * value * uses(i % 6));
  return { gradient: [...(gradient ?? [])], expected: [...expected], operators: operators(dx) };
}

test("gradients of slices that tile a value are concatenated, not padded and added", async () => {
  const inOrder: [number, number][] = [
    [0, 2],
    [2, 3],
    [3, 6],
  ];
  for (const slices of [inOrder, [inOrder[2], inOrder[0], inOrder[1]] as typeof inOrder]) {
    const { gradient, expected, operators } = await gradientOfSlices(slices);
    expect(gradient).toEqual(expected);
    expect(operators).toContain("Concat");
    expect(operators).not.toContain("Pad");
  }
});

test("slices that overlap, leave gaps or come without their neighbours first add up as well", async () => {
  const cases: [number, number][][] = [
    [
      [0, 3],
      [2, 6],
    ],
    [
      [1, 2],
      [2, 4],
    ],
    [
      [2, 3],
      [3, 6],
      [0, 2],
      [1, 4],
    ],
  ];
  for (const slices of cases) {
    const { gradient, expected } = await gradientOfSlices(slices);
    expect(gradient).toEqual(expected);
  }
});
