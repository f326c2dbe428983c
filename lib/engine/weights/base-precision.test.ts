import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BasePrecision, RunConfig } from "@/lib/contracts/run-config";
import { openTrainableModel } from "../executor/open-model";
import { Rng } from "../optim/rng";
import { openSafetensors } from "../safetensors/open-safetensors";
import { narrowBf16, widenBf16 } from "../safetensors/widen";
import { type WritableDtype, writeSafetensors } from "../safetensors/write-safetensors";
import { packDocuments } from "../testing/pack-documents";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import { dequantizeNf4, NF4_VALUES, quantizeNf4 } from "./nf4";

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

type Results = Awaited<ReturnType<typeof resultsOf>>;

/** The head adds up its softmax in another order, so the last bits differ; all else is the same arithmetic. */
function expectAlike(results: Results, reference: Results): void {
  const close = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.hypot(...Array.from(a, (value, i) => value - (b[i] as number))) / Math.hypot(...Array.from(b));
  expect(close(results.losses, reference.losses)).toBeLessThanOrEqual(1e-6);
  expect(results.logits).toEqual(reference.logits);
  for (const [i, gradient] of results.gradients.entries())
    expect(close(gradient, reference.gradients[i] as Float32Array)).toBeLessThanOrEqual(1e-5);
}

test.each<WritableDtype>(["BF16", "F16"])("%s weights held as they are give what fp32 gives", async (dtype) => {
  await writeRandomModel(dir, TINY_LLAMA, { dtype });
  expectAlike(await resultsOf("bf16"), await resultsOf("fp32"));
});

test("a head with a matrix of its own is held in 16 bits beside the embedding", async () => {
  await writeRandomModel(dir, { ...TINY_LLAMA, tie_word_embeddings: false }, { dtype: "BF16" });
  expectAlike(await resultsOf("bf16"), await resultsOf("fp32"));
});

test("float32 weights are rounded to bf16, as a converted checkpoint would be", async () => {
  // Norms are 1 here, which bf16 holds exactly: only matrices differ between the two files.
  await writeRandomModel(dir, TINY_LLAMA, { dtype: "F32", normDeviation: 0 });
  const exact = await resultsOf("fp32");
  const rounded = await resultsOf("bf16", { target_modules: ["q_proj"] });
  await writeRandomModel(dir, TINY_LLAMA, { dtype: "BF16", normDeviation: 0 });
  const converted = await resultsOf("fp32", { target_modules: ["q_proj"] });
  expect(rounded.losses).not.toEqual(exact.losses);
  expectAlike(rounded, converted);
});

function roundToBf16(values: Float32Array): Float32Array {
  const rounded = new Float32Array(values.length);
  widenBf16(narrowBf16(values), rounded, 0);
  return rounded;
}

/** The nearest of the 16 values times the block's largest magnitude, found the slow way. */
function roundToNf4(values: Float32Array): Float32Array {
  const rounded = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += 64) {
    const block = values.subarray(start, start + 64);
    const scale = Math.max(...block.map(Math.abs));
    for (const [i, value] of block.entries()) {
      const distance = (code: number) => Math.abs(code * scale - value);
      const nearest = [...NF4_VALUES].reduce((best, code) => (distance(code) < distance(best) ? code : best));
      // A block of zeros has scale 0, which would make -0 of -1.
      rounded[start + i] = nearest * scale + 0;
    }
  }
  return rounded;
}

test("nf4 trains, evaluates and samples as float32 does with the rounded weights", async () => {
  await writeRandomModel(dir, TINY_LLAMA);
  const quantized = await resultsOf("nf4");
  const exact = await resultsOf("fp32");
  const path = join(dir, "model.safetensors");
  const file = await openSafetensors(path);
  const tensors = [];
  for (const [name, { shape }] of file.tensors) {
    const data = await file.read(name);
    const matrix = name.includes("proj") ? roundToNf4(data) : name.includes("embed") ? roundToBf16(data) : data;
    tensors.push({ name, shape, data: matrix });
  }
  await file.close();
  await writeSafetensors(path, tensors);
  expectAlike(quantized, await resultsOf("fp32"));
  expect(quantized.losses).not.toEqual(exact.losses);
});

test("a matrix whose size is no multiple of the block, and a block of zeros, come back", () => {
  const values = Float32Array.from({ length: 64 + 64 + 7 }, (_, i) => (i < 64 ? 0 : Math.sin(i)));
  const back = new Float32Array(values.length);
  dequantizeNf4(quantizeNf4(values), back);
  expect(back).toEqual(roundToNf4(values));
});

test.each<[WritableDtype, BasePrecision]>([
  ["F32", "fp32"],
  ["F32", "bf16"],
  ["BF16", "fp32"],
  ["BF16", "bf16"],
  ["F16", "bf16"],
])("%s weights read from disk in every step as %s give the bits of those in memory", async (dtype, precision) => {
  await writeRandomModel(dir, { ...TINY_LLAMA, num_hidden_layers: 3 }, { dtype });
  expect(await resultsOf(precision, { weight_offload: "disk" })).toEqual(await resultsOf(precision));
});

test.each([
  [{ method: "full" }, "weight_offload disk leaves the weights as they are, but method full trains them"],
  [{ base_precision: "int8" }, "weight_offload disk reads weights as the file has them, not as int8"],
])("weights on disk with %o are refused in one sentence", async (settings, message) => {
  const all = { model_type: "tiny", dataset_name: "none", weight_offload: "disk", ...settings };
  const [issue] = RunConfig.safeParse(all).error?.issues ?? [];
  expect(`${String(issue?.path[0])} ${issue?.message}`).toContain(message);
});

test("a model file that was cut short while training is an error that names it", async () => {
  await writeRandomModel(dir, TINY_LLAMA);
  const config = RunConfig.parse({ model_type: "tiny", dataset_name: "none", weight_offload: "disk", rank: 3 });
  const model = await openTrainableModel({ modelDir: dir, config, rng: Rng.seeded(5), device: "cpu", threads: 1 });
  const batch = packDocuments([DOCUMENTS], 32);
  await model.evaluate(batch);
  await truncate(join(dir, "model.safetensors"), 5000);
  await expect(model.evaluate(batch).then(() => model.evaluate(batch))).rejects.toThrow("became shorter");
  await model.dispose();
});

test("method full trains the weights, so only fp32 will do", async () => {
  await writeRandomModel(dir, TINY_LLAMA, { dtype: "BF16" });
  await expect(resultsOf("bf16", { method: "full" })).rejects.toThrow("bf16 freezes the weights");
});
