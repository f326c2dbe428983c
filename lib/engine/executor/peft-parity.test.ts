import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { readAdapter } from "../lora/adapter-format";
import { initAdamW, updateAdamW } from "../optim/adamw";
import { clipGradients, gradientNorm } from "../optim/clip-gradients";
import { Rng } from "../optim/rng";
import type { Batch } from "../types";
import { type OpenedModel, openTrainableModel } from "./open-model";

// Made by tests/oracle/llama_peft.py with torch, transformers and peft.
const folder = join(import.meta.dirname, "../../../tests/fixtures/llama-peft");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  tokens: number[][];
  loss: number;
  lastLogits: number[];
  gradients: Record<string, number[]>;
  losses: number[];
};

const blockLength = (expected.tokens[0] as number[]).length;
const tokens = Int32Array.from(expected.tokens.flat());
const batch: Batch = {
  batchSize: 2,
  blockLength,
  tokens,
  labels: Int32Array.from(tokens, (token, i) => (i % blockLength === 0 ? -100 : token)),
  positions: Int32Array.from(tokens, (_, i) => i % blockLength),
  segments: new Int32Array(tokens.length),
};
const lossTokens = 2 * (blockLength - 1);

let model: OpenedModel;
beforeAll(async () => {
  const config = RunConfig.parse({ model_type: "m", dataset_name: "d", max_seq_length: 64, rank: 4, alpha: 8 });
  model = await openTrainableModel({
    modelDir: join(folder, "model"),
    config,
    rng: Rng.seeded(1),
    device: "cpu",
    threads: 1,
  });
  const adapter = await readAdapter(join(folder, "adapter"));
  for (const { name, data } of model.parameters) {
    const saved = adapter.tensors.get(name);
    if (!saved) throw new Error(`peft's adapter has no ${name}`);
    data.set(saved.data);
  }
  expect(adapter.tensors.size).toBe(model.parameters.length);
});
afterAll(() => model.dispose());

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - (b[i] as number)));

test("logits and loss equal those of transformers with peft", async () => {
  const { logits } = await model.openCompletion(Int32Array.from(expected.tokens[0] as number[]));
  for (const [i, value] of expected.lastLogits.entries())
    expect(Math.abs((logits[i] as number) - value)).toBeLessThanOrEqual(1e-4);
  const { lossSum, tokenCount } = await model.evaluate(batch);
  expect(tokenCount).toBe(lossTokens);
  expect(Math.abs(lossSum / tokenCount - expected.loss)).toBeLessThanOrEqual(1e-5);
});

test("every adapter gradient equals torch's", async () => {
  await model.accumulateGradients(batch, 1 / lossTokens);
  expect(Object.keys(expected.gradients)).toHaveLength(model.parameters.length);
  for (const { name, gradient } of model.parameters) {
    const reference = expected.gradients[name] as number[];
    expect(distance(gradient, reference) / Math.hypot(...reference), name).toBeLessThanOrEqual(1e-4);
    gradient.fill(0);
  }
});

test("a hundred steps of AdamW follow torch's losses to the fourth digit", async () => {
  const optimizer = initAdamW(model.parameters);
  for (const reference of expected.losses) {
    const { lossSum, tokenCount } = await model.accumulateGradients(batch, 1 / lossTokens);
    expect(Math.abs(lossSum / tokenCount - reference)).toBeLessThanOrEqual(1e-4);
    clipGradients(model.parameters, gradientNorm(model.parameters), 1);
    updateAdamW(model.parameters, optimizer, 2e-3, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
    for (const { gradient } of model.parameters) gradient.fill(0);
  }
});
