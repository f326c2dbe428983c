import { expect, test } from "vitest";
import { backward } from "../autodiff/backward";
import { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import { encodeModel } from "../onnx/encode-model";
import { GraphSession } from "../runtime/session";
import { numbers } from "../testing/operator-cases";
import { quantizedHead, quantizeHead } from "./quantized-head";

const ROWS = 5;
/** More than one slice, and a last one that is not full. */
const SIZE = { vocabularySize: 5000, hiddenSize: 16 };

test("logits are those of the matrix to 8 bits, slice beside slice; the gradient is the matrix's own", async () => {
  const { vocabularySize, hiddenSize } = SIZE;
  const b = new GraphBuilder();
  const x = b.input("x", [ROWS, hiddenSize]);
  const matrix = b.input("matrix", [vocabularySize, hiddenSize]);
  const g = b.input("g", [ROWS, vocabularySize]);
  const exact = b.gemm(x, matrix, { transB: true });
  const [exactGradient] = backward(b, exact, g, [x]) as [Value];
  b.multiplyBy(matrix, quantizedHead(b, SIZE, matrix));
  const logits = b.gemm(x, matrix, { transB: true, alpha: 0.5 });
  const [dx] = backward(b, logits, g, [x]) as [Value];
  const session = await GraphSession.create(encodeModel({ outputs: { exact, exactGradient, logits, dx } }), {
    device: "cpu",
    threads: 1,
  });
  const weights = numbers(vocabularySize * hiddenSize, 2);
  const results = await session.run({
    x: numbers(ROWS * hiddenSize, 1),
    matrix: weights,
    g: numbers(ROWS * vocabularySize, 3),
    ...quantizeHead(SIZE, weights),
  });
  await session.dispose();
  const off = (a: string, reference: string, factor: number) => {
    const [is, shouldBe] = [results[a] as Float32Array, results[reference] as Float32Array];
    return (
      Math.hypot(...is.map((value, i) => value - factor * (shouldBe[i] as number))) / (factor * Math.hypot(...shouldBe))
    );
  };
  const error = off("logits", "exact", 0.5);
  expect(error).toBeGreaterThan(1e-4);
  expect(error).toBeLessThanOrEqual(0.01);
  expect(off("dx", "exactGradient", 0.5)).toBeLessThanOrEqual(1e-5);
});
