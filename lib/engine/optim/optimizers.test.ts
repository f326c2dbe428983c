/** @file Every optimizer against a reference in Python (tests/oracle/optim_reference.py), and what all must do. */
import { describe, expect, test } from "vitest";
import type { Parameter } from "../types";
import { Adafactor } from "./adafactor";
import { AdamW } from "./adamw";
import { AdamW8bit, openAdamW8bit } from "./adamw-8bit";
import { clipGradients, gradientNorm } from "./clip-gradients";
import { CombinedOptimizer } from "./combined-optimizer";
import { BLOCK_SIZE, DynamicMap } from "./dynamic-map";
import reference from "./fixtures/torch-reference.json";
import { Lion } from "./lion";
import { adamwScale, isForMuon, Muon, spectralScale } from "./muon";
import type { Optimizer } from "./optimizer";
import { Rng } from "./rng";

const parameter = (name: string, shape: readonly number[], values: ArrayLike<number>): Parameter => ({
  name,
  shape,
  data: Float32Array.from(values),
  gradient: new Float32Array(values.length),
});

interface Recorded {
  shapes: number[][];
  start: number[][];
  gradients: number[][][];
  after: number[][][];
  learningRate: number;
}

/** Feeds the recorded gradients and compares every value after every step. */
async function follow(
  run: Recorded,
  open: (parameters: Parameter[]) => Optimizer | Promise<Optimizer>,
  bound: number,
  beforeUpdate: (parameters: Parameter[], step: number) => void = () => undefined,
) {
  const parameters = run.start.map((values, i) => parameter(`p${i}`, run.shapes[i] as number[], values));
  const optimizer = await open(parameters);
  for (const [step, gradients] of run.gradients.entries()) {
    for (const [i, values] of gradients.entries()) parameters[i]?.gradient.set(values);
    beforeUpdate(parameters, step);
    await optimizer.update(run.learningRate);
    for (const [i, { data }] of parameters.entries()) {
      const after = run.after[step]?.[i] as number[];
      for (const [j, value] of data.entries()) expect(Math.abs(value - (after[j] as number))).toBeLessThan(bound);
    }
  }
  expect(optimizer.step).toBe(run.gradients.length);
  await optimizer.dispose();
}

describe("step for step as the reference", () => {
  test.each(reference.adamw)("AdamW, clipped as torch does ($settings)", async (run) => {
    await follow(
      run,
      (parameters) => new AdamW(parameters, run.settings),
      1e-6,
      (parameters, step) => {
        const norm = gradientNorm(parameters);
        expect(norm / (run.norms[step] as number)).toBeCloseTo(1, 6);
        clipGradients(parameters, norm, run.maxNorm);
      },
    );
  });

  test.each(reference.adafactor)("Adafactor: transformers ($settings)", async (run) => {
    await follow(run, (parameters) => new Adafactor(parameters, run.settings), 1e-6);
  });

  test.each(reference.lion)("Lion: its paper's equations ($settings)", async (run) => {
    await follow(run, (parameters) => new Lion(parameters, run.settings), 1e-6);
  });

  test.each(reference.muon)("Muon: torch.optim.Muon without bfloat16 ($scale, $settings)", async (run) => {
    const scaleOf = run.scale === "original" ? spectralScale : adamwScale;
    await follow(run, (parameters) => Muon.create(parameters, { ...run.settings, scaleOf, threads: 1 }), 1e-5);
  });
});

describe("8-bit AdamW", () => {
  test("the maps are the paper's, value by value", () => {
    expect([...DynamicMap.signed.values]).toEqual([...Float32Array.from(reference.dynamicMap.signed)]);
    expect([...DynamicMap.unsigned.values]).toEqual([...Float32Array.from(reference.dynamicMap.unsigned)]);
  });

  test("every value of a map is its own code, and any other gets the nearest", () => {
    const rng = Rng.seeded(1);
    for (const map of [DynamicMap.signed, DynamicMap.unsigned]) {
      const codes = new Uint8Array(BLOCK_SIZE);
      expect(map.quantize(map.values, codes)).toBe(1);
      expect([...codes]).toEqual(Array.from({ length: 256 }, (_, i) => i));
      const lowest = map === DynamicMap.signed ? -1 : 0;
      for (let round = 0; round < 40; round++) {
        // Over all decades, and right around the middles between two values.
        const values = Float32Array.from({ length: BLOCK_SIZE }, (_, i) => {
          const sign = lowest < 0 && rng.uniform() < 0.5 ? -1 : 1;
          const near = ((map.values[i] as number) + (map.values[Math.max(0, i - 1)] as number)) / 2;
          return round % 2 ? sign * 10 ** (-8 * rng.uniform()) : Math.max(lowest, near * (1 + 1e-6 * rng.normal()));
        });
        const scale = map.quantize(values, codes);
        for (const [i, value] of values.entries()) {
          const scaled = Math.fround(value / scale);
          const distances = Array.from(map.values, (candidate) => Math.abs(candidate - scaled));
          expect(distances[codes[i] as number]).toBe(Math.min(...distances));
        }
      }
    }
  });

  test("zeros stay zeros, and a block's largest magnitude comes back exactly", () => {
    const codes = new Uint8Array(3);
    const back = new Float32Array(3);
    DynamicMap.signed.dequantize(codes, DynamicMap.signed.quantize(new Float32Array(3), codes), back);
    expect([...back]).toEqual([0, 0, 0]);
    DynamicMap.signed.dequantize(codes, DynamicMap.signed.quantize(Float32Array.of(0, 3e-20, 1e-21), codes), back);
    expect(back[0]).toBe(0);
    expect(back[1]).toBe(Math.fround(3e-20));
  });

  /** The oracle's numbers: a linear congruential generator, exact in float32. */
  function numbers(count: number, seed: number): Float32Array {
    let state = seed;
    return Float32Array.from({ length: count }, () => {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return ((state >>> 8) - 2 ** 23) / 2 ** 23;
    });
  }

  test.each(reference.adamw8bit)("values, codes and scales are the oracle's ($settings)", async (run) => {
    const tensor = parameter("w", [run.size], numbers(run.size, 1));
    const optimizer = new AdamW8bit([tensor], run.settings);
    for (let step = 1; step <= run.steps; step++) {
      tensor.gradient.set(numbers(run.size, 100 + step).map((value) => value * value * value));
      await optimizer.update(run.learningRate);
    }
    for (const [i, value] of tensor.data.entries())
      expect(Math.abs(value - (run.after[i] as number))).toBeLessThanOrEqual(1e-7);
    const state = new Map(optimizer.state.map(({ name, data }) => [name, [...data]]));
    expect(state.get("exp_avg.w")).toEqual(run.first.codes);
    expect(state.get("exp_avg_sq.w")).toEqual(run.second.codes);
    expect(state.get("absmax.exp_avg.w")).toEqual(run.first.scales);
    expect(state.get("absmax.exp_avg_sq.w")).toEqual(run.second.scales);
  });

  test("small tensors and the embedding keep float32 moments; the others take a quarter", () => {
    const size = 64 * 64;
    const optimizer = openAdamW8bit(
      [
        parameter("matrix", [64, 64], new Float32Array(size)),
        parameter("norm", [64], new Float32Array(64)),
        { ...parameter("embedding", [64, 64], new Float32Array(size)), place: "embedding" },
      ],
      { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    );
    const bytesOf = (part: string) =>
      optimizer.state.filter(({ name }) => name.endsWith(part)).reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytesOf("norm")).toBe(2 * 64 * 4);
    expect(bytesOf("embedding")).toBe(2 * size * 4);
    expect(bytesOf("matrix")).toBe(2 * (size + (size / BLOCK_SIZE) * 4));
  });
});

const adamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
const all: [string, (parameters: readonly Parameter[]) => Optimizer | Promise<Optimizer>][] = [
  ["AdamW", (parameters) => new AdamW(parameters, adamW)],
  ["8-bit AdamW", (parameters) => new AdamW8bit(parameters, adamW)],
  ["Adafactor", (parameters) => new Adafactor(parameters, { weightDecay: 0.1 })],
  ["Lion", (parameters) => new Lion(parameters, { beta1: 0.9, beta2: 0.99, weightDecay: 0.1 })],
  [
    "Muon with AdamW",
    async (parameters) =>
      new CombinedOptimizer([
        await Muon.create(parameters.filter(isForMuon), {
          momentum: 0.95,
          weightDecay: 0.1,
          scaleOf: adamwScale,
          threads: 1,
        }),
        new AdamW(
          parameters.filter((tensor) => !isForMuon(tensor)),
          adamW,
        ),
      ]),
  ],
];

/** Two matrices, one of them large enough for two blocks of 8-bit moments, and a vector. */
function someParameters(): Parameter[] {
  const rng = Rng.seeded(3);
  return [[20, 15], [4, 6], [7]].map((shape, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return parameter(
      `p${i}`,
      shape,
      Float32Array.from({ length: size }, () => rng.normal()),
    );
  });
}

function setGradients(parameters: readonly Parameter[], step: number): void {
  const rng = Rng.seeded(9, step);
  for (const { gradient } of parameters) for (let i = 0; i < gradient.length; i++) gradient[i] = 0.1 * rng.normal();
}

describe.each(all)("%s", (_, open) => {
  const copyOf = (parameters: readonly Parameter[]) => parameters.map(({ data }) => data.slice());

  test("goes on from its saved state to the same bits", async () => {
    const whole = someParameters();
    const optimizer = await open(whole);
    const names = optimizer.state.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    let saved: { values: Float32Array[]; state: (Float32Array | Uint8Array)[]; step: number } | null = null;
    for (let step = 0; step < 6; step++) {
      if (step === 3)
        saved = {
          values: copyOf(whole),
          state: optimizer.state.map(({ data }) => data.slice()),
          step: optimizer.step,
        };
      setGradients(whole, step);
      await optimizer.update(0.01);
    }
    const resumed = someParameters();
    const other = await open(resumed);
    for (const [i, values] of (saved?.values ?? []).entries()) resumed[i]?.data.set(values);
    for (const [i, { data, shape }] of other.state.entries()) {
      expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
      data.set(saved?.state[i] as Uint8Array);
    }
    other.step = saved?.step as number;
    for (let step = 3; step < 6; step++) {
      setGradients(resumed, step);
      await other.update(0.01);
    }
    expect(copyOf(resumed)).toEqual(copyOf(whole));
    await Promise.all([optimizer.dispose(), other.dispose()]);
  });

  test("a parameter's own scale multiplies its learning rate, weight decay included", async () => {
    const [scaled, plain] = [someParameters(), someParameters()];
    for (const tensor of scaled) tensor.learningRateScale = 16;
    const [first, second] = [await open(scaled), await open(plain)];
    for (let step = 0; step < 3; step++) {
      setGradients(scaled, step);
      setGradients(plain, step);
      await first.update(0.001);
      await second.update(0.016);
    }
    expect(copyOf(scaled)).toEqual(copyOf(plain));
    await Promise.all([first.dispose(), second.dispose()]);
  });

  test("with no gradient a value shrinks by 1 - rate × decay and stays finite", async () => {
    const parameters = someParameters();
    const before = copyOf(parameters);
    const optimizer = await open(parameters);
    await optimizer.update(0.5);
    for (const [i, { data }] of parameters.entries())
      for (const [j, value] of data.entries()) expect(value).toBe(Math.fround((before[i]?.[j] as number) * 0.95));
    await optimizer.dispose();
  });

  test("fits a line: the error of a regression falls by nine tenths", async () => {
    const rng = Rng.seeded(21);
    const [weights] = someParameters() as [Parameter, ...Parameter[]];
    const target = Float32Array.from({ length: weights.data.length }, () => rng.normal());
    const error = () => weights.data.reduce((sum, value, i) => sum + (value - (target[i] as number)) ** 2, 0);
    const before = error();
    const optimizer = await open([weights]);
    for (let step = 0; step < 200; step++) {
      for (let i = 0; i < target.length; i++)
        weights.gradient[i] = (weights.data[i] as number) - (target[i] as number) + 0.01 * rng.normal();
      await optimizer.update(0.1 * (1 - step / 200));
    }
    expect(error()).toBeLessThan(before / 10);
    await optimizer.dispose();
  });
});

test("the first step of AdamW moves every value by the learning rate, whatever its gradient's size", async () => {
  const tensor = parameter("w", [3], [0, 0, 0]);
  tensor.gradient.set([1e-3, -1, 1e6]);
  await new AdamW([tensor], { beta1: 0.9, beta2: 0.999, epsilon: 1e-12, weightDecay: 0 }).update(0.01);
  expect([...tensor.data].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-0.01, 0.01, -0.01]);
});
