/**
 * @file The head's frozen matrix in 8 bits, for the logits that a training step's gradient is made from. Held-out losses
 * and generated text come from the matrix as it is, and so does the way back: the gradient of a row's logits is one large
 * number among many small ones that together weigh as much, and 8 bits round them away (measured on the bundled model:
 * gradients of adapters 41 % off, against 4 %).
 */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import { quantizeTransposed } from "./quantize-matrix";

/** Tokens of one product: ONNX Runtime's integer products of the whole vocabulary at once are a third slower. */
const SLICE = 4096;

interface HeadSize {
  vocabularySize: number;
  hiddenSize: number;
}

const slices = ({ vocabularySize }: HeadSize) =>
  Array.from({ length: Math.ceil(vocabularySize / SLICE) }, (_, i) => ({
    start: i * SLICE,
    end: Math.min((i + 1) * SLICE, vocabularySize),
    codes: `head.codes.${i}`,
    scales: `head.scales.${i}`,
  }));

/** What `quantizedHead` is fed. @param matrix [vocabulary, hidden] */
export function quantizeHead(size: HeadSize, matrix: Float32Array): Record<string, Float32Array | Int8Array> {
  const { hiddenSize } = size;
  const feeds: Record<string, Float32Array | Int8Array> = {};
  for (const { start, end, codes, scales } of slices(size)) {
    const rows = matrix.subarray(start * hiddenSize, end * hiddenSize);
    const quantized = quantizeTransposed(rows, end - start, hiddenSize);
    feeds[codes] = quantized.codes;
    feeds[scales] = quantized.scales;
  }
  return feeds;
}

/** Makes the function from x [rows, hidden] to logits [rows, vocabulary]. @param matrix [vocabulary, hidden], for the gradient */
export function quantizedHead(b: GraphBuilder, size: HeadSize, matrix: Value): (x: Value) => Value {
  const weights = slices(size).map(({ start, end, codes, scales }) => [
    b.input(codes, [size.hiddenSize, end - start], "int8"),
    b.input(scales, [end - start]),
  ]);
  return (x) => {
    const products = weights.map((weight) => b.op("QuantizedMatMul", [x, ...weight], {}));
    const logits = products.length === 1 ? (products[0] as Value) : b.op("Concat", products, { axis: 1 });
    return b.withGradient(logits, { inputs: [x], vjp: (g) => [b.gemm(g, matrix)] });
  };
}
