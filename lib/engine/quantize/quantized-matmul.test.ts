import { expect, test } from "vitest";
import { backward } from "../autodiff/backward";
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { Rng } from "../optim/rng";
import { GraphSession } from "../runtime/session";
import { type QuantizedMatrix, quantizeColumns, quantizeTransposed } from "./quantize-matrix";
import { quantizedLinear, quantizeLinear } from "./quantized-linear";

const ROWS = 7;
const IN = 24;
const OUT = 10;
const rng = Rng.seeded(3);
const random = (length: number, size = 1) => Float32Array.from({ length }, () => size * (2 * rng.uniform() - 1));
const at = (data: ArrayLike<number>, index: number) => data[index] as number;

/** a [m, k] · b [k, n] */
function product(a: Float32Array, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let p = 0; p < k; p++) y[i * n + j] = at(y, i * n + j) + at(a, i * k + p) * at(b, p * n + j);
  return y;
}

/** What the processor shall compute, in plain numbers: rows rounded to 127 steps of their largest value. */
function emulate(x: Float32Array, { codes, scales }: QuantizedMatrix, m: number, k: number, n: number): Float64Array {
  const rounded = new Float32Array(m * k);
  const rowScales: number[] = [];
  for (let i = 0; i < m; i++) {
    const row = x.subarray(i * k, (i + 1) * k);
    const scale = Math.max(...row.map(Math.abs), 1e-30) / 127;
    rowScales.push(scale);
    for (let p = 0; p < k; p++) rounded[i * k + p] = Math.round(at(row, p) / scale);
  }
  return product(rounded, codes, m, k, n).map(
    (value, i) => value * at(rowScales, Math.floor(i / n)) * at(scales, i % n),
  );
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - at(b, i))) / Math.hypot(...Array.from(b));

/** Rows of very different sizes, one of them zero: a scale for the whole tensor would round the small ones away. */
function unevenRows(columns: number): Float32Array {
  const x = random(ROWS * columns);
  for (let i = 0; i < ROWS; i++)
    for (let j = 0; j < columns; j++) x[i * columns + j] = at(x, i * columns + j) * (i === 3 ? 0 : 10 ** (i - 3));
  return x;
}

const SPEC = { module: "m", inFeatures: IN, outFeatures: OUT } as const;

test.each(["out_in", "in_out"] as const)(
  "weights stored %s: product and gradient are the 8-bit ones",
  async (layout) => {
    const stored = random(IN * OUT);
    const feeds = quantizeLinear({ ...SPEC, layout }, stored);
    const b = new GraphBuilder();
    const x = b.input("x", [ROWS, IN]);
    const y = quantizedLinear(b, SPEC)(x);
    const [dx] = backward(b, y, b.input("dy", y.shape), [x]);
    const session = await GraphSession.create(encodeModel({ outputs: { y, dx: dx as typeof y } }), { device: "cpu" });
    const input = unevenRows(IN);
    const gradient = unevenRows(OUT);
    const results = await session.run({ x: input, dy: gradient, ...feeds });
    await session.dispose();

    const weight = (out: number, input: number) =>
      at(stored, layout === "out_in" ? out * IN + input : input * OUT + out);
    const turned = Float32Array.from({ length: IN * OUT }, (_, i) => weight(i % OUT, Math.floor(i / OUT)));
    const straight = Float32Array.from({ length: IN * OUT }, (_, i) => weight(Math.floor(i / IN), i % IN));
    const expectedY = emulate(input, quantizeColumns(turned, IN, OUT), ROWS, IN, OUT);
    const expectedDx = emulate(gradient, quantizeColumns(straight, OUT, IN), ROWS, OUT, IN);
    expect(distance(results["y"] as Float32Array, expectedY)).toBeLessThanOrEqual(1e-5);
    expect(distance(results["dx"] as Float32Array, expectedDx)).toBeLessThanOrEqual(1e-5);
    // Row by row, because the largest row would hide what happens to the others.
    for (const row of [0, 1, 2, 4, 5, 6]) {
      const part = <T extends Float32Array | Float64Array>(data: T, width: number) =>
        data.subarray(row * width, (row + 1) * width);
      const exactY = product(input, turned, ROWS, IN, OUT);
      const exactDx = product(gradient, straight, ROWS, OUT, IN);
      expect(distance(part(results["y"] as Float32Array, OUT), part(exactY, OUT))).toBeLessThanOrEqual(0.02);
      expect(distance(part(results["dx"] as Float32Array, IN), part(exactDx, IN))).toBeLessThanOrEqual(0.02);
    }
    expect(Array.from((results["y"] as Float32Array).subarray(3 * OUT, 4 * OUT))).toEqual(new Array(OUT).fill(0));
  },
);

test("codes are whole, at most 127, and within half a step of the weight; both layouts agree", () => {
  const values = random(IN * OUT, 3);
  values.fill(0, 0, IN);
  const { codes, scales } = quantizeTransposed(values, OUT, IN);
  for (let out = 0; out < OUT; out++) {
    for (let i = 0; i < IN; i++) {
      const scale = at(scales, out);
      expect(Math.abs(at(codes, i * OUT + out))).toBeLessThanOrEqual(127);
      expect(Math.abs(at(codes, i * OUT + out) * scale - at(values, out * IN + i))).toBeLessThanOrEqual(scale * 0.5001);
    }
  }
  const turned = Float32Array.from({ length: IN * OUT }, (_, i) => at(values, (i % OUT) * IN + Math.floor(i / OUT)));
  expect(quantizeColumns(turned, IN, OUT)).toEqual({ codes, scales });
});
