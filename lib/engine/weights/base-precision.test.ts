import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BasePrecision, RunConfig } from "@/lib/contracts/run-config";
import { openTrainableModel } from "../executor/open-model";
import { Rng } from "../optim/rng";
import type { WritableDtype } from "../safetensors/write-safetensors";
import { packDocuments } from "../testing/pack-documents";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-precision-"));
});
afterEach(() => rm(dir, { recursive: true }));

const DOCUMENTS = [
  [3, 14, 15, 9, 26, 5, 35],
  [8, 9, 7, 9, 3, 23, 8, 46, 26],
];

/** Everything that training, evaluation and sampling make of a model: losses, gradients, logits. */
async function resultsOf(base_precision: BasePrecision, settings: Record<string, unknown> = {}) {
  const config = RunConfig.parse({
    model_type: "tiny",
    dataset_name: "none",
    max_seq_length: 64,
    rank: 3,
    base_precision,
    ...settings,
  });
  const model = await openTrainableModel({ modelDir: dir, config, rng: Rng.seeded(5), device: "cpu", threads: 1 });
  const rng = Rng.seeded(11);
  for (const { name, data } of model.parameters)
    if (name.includes("lora_B")) for (let i = 0; i < data.length; i++) data[i] = 0.3 * rng.normal();
  const batch = packDocuments([DOCUMENTS], 32);
  const losses = [];
  for (let step = 0; step < 2; step++) losses.push((await model.accumulateGradients(batch, 0.1)).lossSum);
  losses.push((await model.evaluate(batch)).lossSum);
  const completion = await model.openCompletion(Int32Array.of(3, 14, 15));
  await completion.push(9);
  const gradients = model.parameters.map(({ gradient }) => gradient);
  await model.dispose();
  return { losses, gradients, logits: completion.logits };
}

test.each<WritableDtype>(["BF16", "F16"])("%s weights held as they are give the bits of fp32", async (dtype) => {
  await writeRandomModel(dir, TINY_LLAMA, { dtype });
  expect(await resultsOf("bf16")).toEqual(await resultsOf("fp32"));
});

test("method full trains the weights, so only fp32 will do", async () => {
  await writeRandomModel(dir, TINY_LLAMA, { dtype: "BF16" });
  await expect(resultsOf("bf16", { method: "full" })).rejects.toThrow("base_precision bf16 freezes the weights");
});
