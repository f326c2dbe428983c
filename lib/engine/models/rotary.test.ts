import { expect, test } from "vitest";
import scalings from "./fixtures/rope-scalings.json";
import { RopeConfig, rotarySpec } from "./rotary";

test.each(scalings)("$config turns as in transformers (tests/oracle/rope_scalings.py)", (scaling) => {
  const { config, size, inverseFrequencies, amplitude } = scaling;
  const { max_position_embeddings } = config;
  const spec = rotarySpec({ ...RopeConfig.parse(config), max_position_embeddings }, size);
  expect(spec.inverseFrequencies).toHaveLength(size / 2);
  for (const [i, expected] of inverseFrequencies.entries())
    expect((spec.inverseFrequencies[i] as number) / expected).toBeCloseTo(1, 5);
  expect(spec.amplitude).toBeCloseTo(amplitude, 6);
});

test("a model with LongRoPE takes texts as long as its original context, any other as long as it says", () => {
  const contexts = scalings.map(({ config, size }) => {
    const { max_position_embeddings } = config;
    return rotarySpec({ ...RopeConfig.parse(config), max_position_embeddings }, size).contextLength;
  });
  expect(contexts).toEqual([...Array(9).fill(16384), 4096, 2048, 4096, 4096]);
});
