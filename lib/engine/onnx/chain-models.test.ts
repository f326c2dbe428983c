import { expect, test } from "vitest";
import { GraphBuilder } from "../graph/graph-builder";
import { GraphSession } from "../runtime/session";
import { chainedName, chainModels, sharedName } from "./chain-models";
import { encodeModel } from "./encode-model";

/** y = factor · x · w + shift, and twice = 2 y */
function link(factor: number) {
  const b = new GraphBuilder();
  const product = b.mul(b.mul(b.input("x", [3]), b.input("w", [3])), b.constant(Float32Array.of(factor), [1]));
  const y = b.add(product, b.input("shift", [3]));
  return encodeModel({ outputs: { y, twice: b.mul(y, b.scalar(2)) } });
}

test("a chain gives what its links give one after the other; constants and shared inputs are those of each key", async () => {
  const [a, b] = [link(2), link(3)];
  const links = [
    { key: "a", model: a },
    { key: "b", model: b },
    { key: "a", model: a },
  ];
  const model = chainModels(links, { output: "y", input: "x", shared: ["shift"] });
  const inputs = ["x", "0.w", "1.w", "2.w", sharedName("a", "shift"), sharedName("b", "shift")];
  expect([...model.inputs.keys()].toSorted()).toEqual(inputs.toSorted());
  const x = Float32Array.of(1, -2, 0.5);
  const weights = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6), Float32Array.of(-1, 0.5, 0.25)];
  const shifts = { a: Float32Array.of(10, 20, 30), b: Float32Array.of(-1, -2, -3) };

  const chain = await GraphSession.create(model, { device: "cpu", threads: 1 });
  const together = await chain.run({
    x,
    ...Object.fromEntries(weights.map((w, place) => [chainedName(place, "w"), w])),
    [sharedName("a", "shift")]: shifts.a,
    [sharedName("b", "shift")]: shifts.b,
  });
  await chain.dispose();

  let value: Float32Array = x;
  for (const [place, { key, model: single }] of links.entries()) {
    const session = await GraphSession.create(single, { device: "cpu", threads: 1 });
    const shift = shifts[key as "a" | "b"];
    const apart = await session.run({ x: value, w: weights[place] as Float32Array, shift });
    await session.dispose();
    for (const name of ["y", "twice"]) expect(together[chainedName(place, name)]).toEqual(apart[name]);
    value = apart["y"] as Float32Array;
  }
});
