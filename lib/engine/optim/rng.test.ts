import { expect, test } from "vitest";
import { Rng } from "./rng";

const draw = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uint32());

test("a saved state continues the same sequence", () => {
  const rng = Rng.seeded(42);
  draw(rng, 100);
  const { state } = rng;
  const expected = draw(rng, 50);
  const other = Rng.seeded(1);
  other.restore(state);
  expect(draw(other, 50)).toEqual(expected);
});

test("follows xoshiro128** 1.1 from a known state", () => {
  // Outputs of the authors' C code, compiled and run, for the state 1, 2, 3, 4.
  const rng = Rng.seeded(0);
  rng.restore([1, 2, 3, 4]);
  expect(draw(rng, 6)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
});

test("seeds and streams give different sequences", () => {
  const seen = new Set<string>();
  for (const seed of [0, 1, 2, 42, 2147483647]) {
    for (const stream of [0, 1, 2, 0x10000, 0x10001]) seen.add(draw(Rng.seeded(seed, stream), 4).join());
  }
  expect(seen.size).toBe(25);
});

test("uniform and normal have the moments they should", () => {
  const rng = Rng.seeded(3);
  const count = 100_000;
  let sum = 0;
  let normalSum = 0;
  let normalSquares = 0;
  for (let i = 0; i < count; i++) {
    const value = rng.uniform();
    if (value < 0 || value >= 1) throw new Error(`${value} is outside [0, 1)`);
    sum += value;
    const normal = rng.normal();
    normalSum += normal;
    normalSquares += normal * normal;
  }
  expect(sum / count).toBeCloseTo(0.5, 2);
  expect(normalSum / count).toBeCloseTo(0, 1);
  expect(normalSquares / count).toBeCloseTo(1, 1);
});

test("a shuffle is a permutation, and every place is equally likely", () => {
  const counts = new Array<number>(5).fill(0);
  const rng = Rng.seeded(9);
  for (let i = 0; i < 10_000; i++) {
    const shuffled = rng.shuffle([0, 1, 2, 3, 4]);
    if (shuffled.toSorted().join() !== "0,1,2,3,4") throw new Error(`${shuffled} is no permutation`);
    const place = shuffled.indexOf(0);
    counts[place] = (counts[place] as number) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test("filling draws what single calls draw, and leaves the same state", () => {
  const [filled, single] = [Rng.seeded(9, 3), Rng.seeded(9, 3)];
  expect([...filled.fillUint32(new Uint32Array(1000))]).toEqual(Array.from({ length: 1000 }, () => single.uint32()));
  expect(filled.state).toEqual(single.state);
});
