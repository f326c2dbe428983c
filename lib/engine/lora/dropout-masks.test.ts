import { expect, test } from "vitest";
import { packDocuments } from "../testing/pack-documents";
import { drawDropoutMask } from "./dropout-masks";

const batchOf = (...seeds: number[]) => ({
  ...packDocuments(
    seeds.map(() => [[1, 2, 3]]),
    40,
  ),
  seeds: Uint32Array.from(seeds),
});
const module = { layer: 3, index: 2, width: 33, rate: 0.3 };
const draw = (seeds: number[], change: Partial<typeof module> = {}) => {
  const { width } = { ...module, ...change };
  return drawDropoutMask(batchOf(...seeds), { ...module, ...change }, new Int8Array(seeds.length * 40 * width));
};

test("as many values are dropped as the rate says, by zeros and ones", () => {
  const mask = draw(Array.from({ length: 20 }, (_, i) => i));
  expect(new Set(mask)).toEqual(new Set([0, 1]));
  // 26,400 values: a standard deviation is 0.0028.
  expect(Math.abs(mask.reduce((sum, value) => sum + value, 0) / mask.length - 0.7)).toBeLessThan(0.012);
});

test("a sequence's mask is its seed's, wherever it stands in a batch; every layer and module has another", () => {
  const [first, second] = [draw([7]), draw([8])];
  const size = 40 * module.width;
  expect(draw([8, 7]).subarray(size)).toEqual(first);
  expect(draw([8, 7]).subarray(0, size)).toEqual(second);
  const others = [second, draw([7], { layer: 4 }), draw([7], { index: 3 })];
  for (const other of others) expect(other).not.toEqual(first);
  expect(() => drawDropoutMask(packDocuments([[[1]]], 4), module, new Int8Array(4 * 33))).toThrow(/needs the seeds/);
});
