/** @file How documents are dealt into blocks and blocks into micro-batches changes neither loss nor gradient. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { Rng } from "../optim/rng";
import { packDocuments } from "../testing/pack-documents";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import type { Batch } from "../types";
import { type OpenedModel, openTrainableModel } from "./open-model";

const BLOCK = 48;
const rng = Rng.seeded(21);
/** Twelve documents of 4 to 23 tokens. */
const DOCUMENTS = Array.from({ length: 12 }, () =>
  Array.from({ length: 4 + rng.below(20) }, () => rng.below(TINY_LLAMA.vocab_size)),
);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "dealing-"));
  await writeRandomModel(dir, TINY_LLAMA);
});
afterAll(() => rm(dir, { recursive: true }));

async function open(settings: Partial<RunConfigInput>): Promise<OpenedModel> {
  const base = { model_type: "tiny", dataset_name: "none", max_seq_length: 64, rank: 3 };
  const config = RunConfig.parse({ ...base, ...settings });
  const model = await openTrainableModel({ modelDir: dir, config, rng: Rng.seeded(5), device: "cpu", threads: 1 });
  // B starts at zero, which would hide every gradient of A.
  const ofB = Rng.seeded(11);
  for (const { name, data } of model.parameters)
    if (name.includes("lora_B")) for (let i = 0; i < data.length; i++) data[i] = 0.3 * ofB.normal();
  return model;
}

/** First fit, in order. */
function pack(documents: number[][]): number[][][] {
  const rows: number[][][] = [];
  const lengthOf = (row: number[][]) => row.reduce((sum, { length }) => sum + length, 0);
  for (const document of documents) {
    const row = rows.find((candidate) => lengthOf(candidate) + document.length <= BLOCK);
    if (row) row.push(document);
    else rows.push([document]);
  }
  return rows;
}

/** What one optimizer step sees: the loss per token, and all gradients in one row. */
async function step(model: OpenedModel, batches: Batch[]) {
  const tokens = batches.reduce((sum, { labels }) => sum + labels.filter((label) => label !== -100).length, 0);
  for (const { gradient } of model.parameters) gradient.fill(0);
  let lossSum = 0;
  let tokenCount = 0;
  for (const batch of batches) {
    const part = await model.accumulateGradients(batch, 1 / tokens);
    lossSum += part.lossSum;
    tokenCount += part.tokenCount;
  }
  expect(tokenCount).toBe(tokens);
  return { loss: lossSum / tokenCount, gradient: model.parameters.flatMap(({ gradient }) => Array.from(gradient)) };
}

const norm = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const cosine = (a: number[], b: number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0) / norm(a) / norm(b);
const difference = (a: number[], b: number[]) => norm(a.map((value, i) => value - (b[i] as number))) / norm(b);

const METHODS: Partial<RunConfigInput>[] = [{ method: "lora" }, { method: "dora" }, { method: "full" }];

describe.each(METHODS)("%o", (settings) => {
  test("packed documents: the loss per token and the gradient of the same documents each in a row of its own", async () => {
    const model = await open(settings);
    const rows = pack(DOCUMENTS);
    expect(rows.length).toBeLessThan(DOCUMENTS.length / 2);
    const packed = await step(model, [packDocuments(rows, BLOCK)]);
    const apart = await step(model, [
      packDocuments(
        DOCUMENTS.map((document) => [document]),
        BLOCK,
      ),
    ]);
    expect(Math.abs(packed.loss / apart.loss - 1)).toBeLessThan(1e-5);
    expect(cosine(packed.gradient, apart.gradient)).toBeGreaterThanOrEqual(0.9999);
    expect(difference(packed.gradient, apart.gradient)).toBeLessThan(1e-4);
    await model.dispose();
  });
});

describe.each([...METHODS, { lora_dropout: 0.3 }])("%o", (settings) => {
  test("accumulated micro-batches, of whatever size: the gradient of the large batch, noise included", async () => {
    const model = await open(settings);
    const rows = pack(DOCUMENTS);
    const seeds = Uint32Array.from(rows, (_, i) => 1000 + i);
    const deal = (sizes: number[], noiseAlpha: number): Batch[] => {
      let first = 0;
      return sizes.map((size) => {
        const batch = packDocuments(rows.slice(first, first + size), BLOCK);
        const withSeeds = { ...batch, seeds: seeds.slice(first, first + size), noiseAlpha };
        first += size;
        return withSeeds;
      });
    };
    const { length } = rows;
    const plain = await step(model, deal([length], 0));
    for (const noiseAlpha of [0, 5]) {
      const large = await step(model, deal([length], noiseAlpha));
      if (noiseAlpha > 0) expect(difference(large.gradient, plain.gradient)).toBeGreaterThan(0.01);
      for (const sizes of [Array(length).fill(1) as number[], [1, length - 1], [length - 2, 2]]) {
        const small = await step(model, deal(sizes, noiseAlpha));
        expect(Math.abs(small.loss / large.loss - 1)).toBeLessThan(1e-6);
        expect(difference(small.gradient, large.gradient)).toBeLessThan(1e-5);
      }
    }
    await model.dispose();
  });

  test("evaluation has no noise", async () => {
    const model = await open(settings);
    const batch = packDocuments(pack(DOCUMENTS), BLOCK);
    const noisy = { ...batch, seeds: new Uint32Array(batch.batchSize), noiseAlpha: 5 };
    expect(await model.evaluate(noisy)).toEqual(await model.evaluate(batch));
    await model.dispose();
  });
});
