import { expect, test } from "vitest";
import { Rng } from "@/lib/engine/optim/rng";
import { Muon } from "./muon";

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
  const muon = await Muon.create(parameters, { momentum: 0.95, weightDecay: 0 });
  await muon.update(1);
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

test("weight decay shrinks the weights by rate times decay", async () => {
  const parameter = { ...randomMatrix(4, 4, 1), data: new Float32Array(16).fill(2), gradient: new Float32Array(16) };
  const muon = await Muon.create([parameter], { momentum: 0.9, weightDecay: 0.1 });
  await muon.update(0.5);
  for (const value of parameter.data) expect(value).toBeCloseTo(1.9, 5);
});
