import { expect, test } from "vitest";
import { GraphBuilder } from "../graph/graph-builder";
import { type OpName, sizeOf, type Value } from "../graph/ops";
import { encodeModel } from "../onnx/encode-model";
import { GraphSession, type TensorData } from "../runtime/session";
import { buildOperatorCase, numbers, operatorCases } from "../testing/operator-cases";
import { backward } from "./backward";
import { vjpRules } from "./vjp-rules";

test("every operator has a gradient case", () => {
  // A product of rounded numbers has no central differences; see quantize/quantized-matmul.test.ts.
  const checked = new Set<OpName>(["QuantizedMatMul", ...operatorCases.map(({ op }) => op)]);
  expect(checked).toEqual(new Set(Object.keys(vjpRules)));
});

test.each(operatorCases)("$name: the gradient equals central differences", async (operator) => {
  const b = new GraphBuilder();
  const { output, leaves, feeds } = buildOperatorCase(operator, b);
  // L = Σ output ⊙ probe: a random probe leaves no entry of the Jacobian unseen.
  const probe = numbers(sizeOf(output.shape), 99);
  const gradients = backward(b, output, b.constant(probe, output.shape), leaves);
  const forward = await GraphSession.create(encodeModel({ outputs: { y: output } }), { device: "cpu", threads: 1 });
  const both = await GraphSession.create(
    encodeModel({ outputs: Object.fromEntries(leaves.map((leaf, i) => [`d_${leaf.name}`, gradients[i] as Value])) }),
    { device: "cpu", threads: 1 },
  );
  const loss = async () => {
    const { y } = await forward.run(feeds);
    return (y as Float32Array).reduce((sum, value, i) => sum + value * (probe[i] as number), 0);
  };
  const backwardFeeds = Object.fromEntries([...both.inputs.keys()].map((name) => [name, feeds[name] as TensorData]));
  const exact = await both.run(backwardFeeds);
  const step = 2 ** -7;
  for (const leaf of leaves) {
    const data = feeds[leaf.name] as Float32Array;
    const analytic = exact[`d_${leaf.name}`] as Float32Array;
    const numeric = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const kept = data[i] as number;
      data[i] = kept + step;
      const above = await loss();
      data[i] = kept - step;
      numeric[i] = (above - (await loss())) / (2 * step);
      data[i] = kept;
    }
    const difference = Math.hypot(...analytic.map((value, i) => value - (numeric[i] as number)));
    expect(
      difference / Math.max(Math.hypot(...numeric), 1e-6),
      `relative error of d/d${leaf.name}`,
    ).toBeLessThanOrEqual(1e-3);
  }
  await forward.dispose();
  await both.dispose();
});
