import { expect, test } from "vitest";
import { isForMuon, Muon, spectralScale } from "./muon";
import { Rng } from "./rng";

const settings = { momentum: 0.95, weightDecay: 0, scaleOf: spectralScale, threads: 1 };

function randomMatrix(rows: number, columns: number, seed: number) {
  const rng = Rng.seeded(seed);
  const gradient = Float32Array.from({ length: rows * columns }, () => rng.normal() * 1e-3);
  return { name: `m${seed}`, shape: [rows, columns], data: new Float32Array(rows * columns), gradient };
}

/** Gram matrix of the shorter side. */
function gram(data: Float32Array, rows: number, columns: number): number[][] {
  const size = Math.min(rows, columns);
  const at = (i: number, k: number) => (rows <= columns ? data[i * columns + k] : data[k * columns + i]) as number;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) sum += at(i, k) * at(j, k);
      return sum;
    }),
  );
}

test.each([
  [8, 8, 1],
  [24, 8, Math.sqrt(3)],
  [8, 24, 1],
])("an update of a %i×%i matrix is nearly orthogonal, whatever the gradient's size", async (rows, columns, scale) => {
  const parameters = [randomMatrix(rows, columns, 1), randomMatrix(rows, columns, 2)];
  const muon = await Muon.create(parameters, settings);
  await muon.update(1);
  await muon.dispose();
  for (const { data, gradient } of parameters) {
    const products = gram(data, rows, columns);
    for (const [i, row] of products.entries()) {
      for (const [j, value] of row.entries()) {
        const normalised = value / scale ** 2;
        // Five rounds bring singular values to 0.7 … 1.2, not to exactly 1.
        if (i === j) expect(normalised).toBeGreaterThan(0.3);
        if (i === j) expect(normalised).toBeLessThan(1.5);
        else expect(Math.abs(normalised)).toBeLessThan(0.4);
      }
    }
    const descends = data.reduce((sum, value, i) => sum + value * (gradient[i] as number), 0);
    expect(descends).toBeLessThan(0);
  }
});

test("a gradient of zeros, as LoRA's A has at the first step, moves nothing", async () => {
  const parameter = { ...randomMatrix(4, 6, 1), gradient: new Float32Array(24) };
  const muon = await Muon.create([parameter], settings);
  await muon.update(1);
  expect([...parameter.data]).toEqual(new Array(24).fill(0));
});

test("a matrix moves the same way whether it is orthogonalised alone or with others of its shape", async () => {
  const together = [1, 2, 3].map((seed) => randomMatrix(12, 7, seed));
  await (await Muon.create(together, settings)).update(1);
  for (const [i, { data }] of together.entries()) {
    const alone = randomMatrix(12, 7, i + 1);
    await (await Muon.create([alone], settings)).update(1);
    for (const [j, value] of alone.data.entries()) expect(Math.abs(value - (data[j] as number))).toBeLessThan(1e-5);
  }
});

test("it is for matrices inside the layers", () => {
  const matrix = randomMatrix(2, 2, 1);
  expect(isForMuon({ ...matrix, place: 3 })).toBe(true);
  expect(isForMuon({ ...matrix, place: "embedding" })).toBe(false);
  expect(isForMuon({ ...matrix, place: "head" })).toBe(false);
  expect(isForMuon({ ...matrix, place: 0, shape: [4] })).toBe(false);
});
