import { expect, test } from "vitest";
import { AdamW, type AdamWSettings } from "./adamw";
import { clipGradients, gradientNorm } from "./clip-gradients";

const SETTINGS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** The values after one update. */
async function updated(
  values: number[],
  gradients: number[],
  { learningRate, scale, ...settings }: Partial<AdamWSettings> & { learningRate: number; scale?: number },
): Promise<Float32Array> {
  const parameter = {
    name: "p",
    shape: [values.length],
    data: Float32Array.from(values),
    gradient: Float32Array.from(gradients),
    ...(scale !== undefined && { learningRateScale: scale }),
  };
  await new AdamW([parameter], { ...SETTINGS, ...settings }).update(learningRate);
  return parameter.data;
}

test("weight decay is decoupled: with no gradient a value shrinks by exactly 1 - rate × decay", async () => {
  expect([...(await updated([2], [0], { learningRate: 0.5, weightDecay: 0.5 }))]).toEqual([1.5]);
});

test("the first step moves every value by the learning rate against its gradient's sign, whatever its size", async () => {
  const moved = await updated([0, 0, 0], [1e-3, -1, 1e6], { learningRate: 0.01, epsilon: 1e-12 });
  expect([...moved].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-0.01, 0.01, -0.01]);
});

test("a parameter's own scale multiplies the rate, weight decay included", async () => {
  const scaled = await updated([2, -1], [0.3, 0.1], { learningRate: 0.001, scale: 16, weightDecay: 0.5 });
  expect(scaled).toEqual(await updated([2, -1], [0.3, 0.1], { learningRate: 0.016, weightDecay: 0.5 }));
});

test("clipping leaves smaller norms alone, brings larger ones down, keeps the direction, and 0 turns it off", () => {
  const gradients = () => [{ gradient: Float32Array.of(3, 0) }, { gradient: Float32Array.of(4) }];
  for (const maxNorm of [0, 5.1, 100]) {
    const untouched = gradients();
    clipGradients(untouched, gradientNorm(untouched), maxNorm);
    expect(untouched).toEqual(gradients());
  }
  const clipped = gradients();
  clipGradients(clipped, gradientNorm(clipped), 1);
  expect(gradientNorm(clipped)).toBeCloseTo(1, 6);
  expect((clipped[0]?.gradient[0] as number) / (clipped[1]?.gradient[0] as number)).toBeCloseTo(0.75, 6);
});

test("the norm tells values that are not finite", () => {
  expect(gradientNorm([{ gradient: Float32Array.of(1, Number.NaN) }])).toBeNaN();
  expect(gradientNorm([{ gradient: Float32Array.of(1, Number.NEGATIVE_INFINITY) }])).toBe(Number.POSITIVE_INFINITY);
});
