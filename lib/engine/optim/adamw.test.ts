import { expect, test } from "vitest";
import { initAdamW, updateAdamW } from "./adamw";
import { clipGradients, gradientNorm } from "./clip-gradients";
import reference from "./fixtures/torch-reference.json";

test.each(reference.adamw)("clips and updates as torch does, step for step ($settings)", (run) => {
  const parameters = run.start.map((values) => ({
    data: Float32Array.from(values),
    gradient: new Float32Array(values.length),
  }));
  const state = initAdamW(parameters);
  for (const [step, gradients] of run.gradients.entries()) {
    for (const [i, values] of gradients.entries()) parameters[i]?.gradient.set(values);
    const norm = gradientNorm(parameters);
    expect(norm / (run.norms[step] as number)).toBeCloseTo(1, 6);
    clipGradients(parameters, norm, run.maxNorm);
    updateAdamW(parameters, state, run.learningRate, run.settings);
    const after = run.after[step] as number[][];
    for (const [i, { data }] of parameters.entries()) {
      for (const [j, value] of data.entries()) expect(Math.abs(value - (after[i]?.[j] as number))).toBeLessThan(1e-6);
    }
  }
});

test("weight decay is decoupled: with no gradient a value shrinks by exactly 1 - rate × decay", () => {
  const parameters = [{ data: Float32Array.of(2), gradient: Float32Array.of(0) }];
  const state = initAdamW(parameters);
  updateAdamW(parameters, state, 0.5, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 });
  expect(parameters[0]?.data[0]).toBe(1.5);
});

test("the first step moves every value by the learning rate against its gradient's sign, whatever its size", () => {
  const parameters = [{ data: new Float32Array(3), gradient: Float32Array.of(1e-3, -1, 1e6) }];
  updateAdamW(parameters, initAdamW(parameters), 0.01, { beta1: 0.9, beta2: 0.999, epsilon: 1e-12, weightDecay: 0 });
  expect([...(parameters[0]?.data ?? [])].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([-0.01, 0.01, -0.01]);
});

test("a parameter's own scale multiplies the rate, weight decay included", () => {
  const parameters = (scale?: number) => [
    {
      data: Float32Array.of(2, -1),
      gradient: Float32Array.of(0.3, 0.1),
      ...(scale === undefined ? {} : { learningRateScale: scale }),
    },
  ];
  const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 };
  const [scaled, plain] = [parameters(16), parameters()];
  updateAdamW(scaled, initAdamW(scaled), 0.001, settings);
  updateAdamW(plain, initAdamW(plain), 0.016, settings);
  expect(scaled[0]?.data).toEqual(plain[0]?.data);
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
