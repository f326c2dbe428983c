import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { openTrainableModel } from "../executor/open-model";
import { Rng } from "../optim/rng";
import { packDocuments } from "../testing/pack-documents";
import { writeAdapter } from "./adapter-format";
import { dot } from "./small-svd";
import { MatrixProducts, truncatedSvd } from "./truncated-svd";

const MODELS = join(import.meta.dirname, "../../../tests/fixtures/architectures");
const BATCH = packDocuments([[[3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9, 3, 23, 8, 46, 26]]], 16);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pissa-"));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

test("the largest singular values and vectors of random matrices, tall and wide", async () => {
  const products = new MatrixProducts(1);
  const rng = Rng.seeded(2);
  for (const [rows, columns] of [
    [90, 60],
    [40, 130],
  ] as const) {
    // Random: the values fall slowly, which is hard for iterations.
    const data = Float32Array.from({ length: rows * columns }, () => rng.normal());
    const matrix = { data, rows, columns };
    const { values, left, right } = await truncatedSvd(matrix, 5, null, Rng.seeded(3), products);
    expect(values.toSorted((a, b) => b - a)).toEqual(values);
    const mv = await products.multiply(matrix, right, false);
    const mtu = await products.multiply(matrix, left, true);
    for (const [i, value] of values.entries()) {
      const [u, v] = [left[i] as Float64Array, right[i] as Float64Array];
      for (const [j, other] of left.entries()) expect(dot(u, other)).toBeCloseTo(i === j ? 1 : 0, 5);
      const error = (a: Float64Array, b: Float64Array) =>
        Math.hypot(...a.map((each, k) => each - value * (b[k] as number))) / (values[0] as number);
      expect(error(mv[i] as Float64Array, u)).toBeLessThan(2e-5);
      expect(error(mtu[i] as Float64Array, v)).toBeLessThan(2e-5);
    }
    // They are the largest of all, and all together make up the matrix.
    const { values: all } = await truncatedSvd(matrix, Math.min(rows, columns), null, Rng.seeded(4), products);
    const squares = data.reduce((sum, value) => sum + value * value, 0);
    expect(all.reduce((sum, value) => sum + value * value, 0) / squares).toBeCloseTo(1, 5);
    for (const [i, value] of values.entries()) expect(value / (all[i] as number)).toBeCloseTo(1, 5);
  }
  await products.dispose();
});

const CASES: (RunConfigInput & { folder: string })[] = [
  { model_type: "m", dataset_name: "d", folder: "llama", rank: 4, alpha: 8, init_lora_weights: "pissa_niter_4" },
  {
    model_type: "m",
    dataset_name: "d",
    folder: "llama",
    method: "dora",
    rank: 3,
    alpha: 8,
    use_rslora: true,
    rank_pattern: { q_proj: 5 },
    alpha_pattern: { "1.mlp.up_proj": 3 },
    modules_to_save: ["norm"],
    init_lora_weights: "pissa",
  },
  { model_type: "m", dataset_name: "d", folder: "gpt2", rank: 2, init_lora_weights: "pissa" },
];

test.each(CASES)("what was trained from the principal part works on the published model: %j", async (settings) => {
  const { folder, ...given } = settings;
  const open = (more: Partial<RunConfigInput>) =>
    openTrainableModel({
      modelDir: join(MODELS, folder),
      config: RunConfig.parse({ model_type: "m", dataset_name: "d", max_seq_length: 64, ...more }),
      rng: Rng.seeded(7),
      device: "cpu",
      threads: 1,
    });
  const plain = await open({});
  const untrained = (await plain.evaluate(BATCH)).lossSum;
  await plain.dispose();
  const model = await open(given);
  expect(Math.abs((await model.evaluate(BATCH)).lossSum / untrained - 1)).toBeLessThan(1e-5);
  const rng = Rng.seeded(8);
  for (const { data } of model.parameters)
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.05 * rng.normal();
  const trained = (await model.evaluate(BATCH)).lossSum;
  expect(Math.abs(trained / untrained - 1)).toBeGreaterThan(1e-3);
  const result = model.adapter?.result();
  if (!model.adapter || !result) throw new Error("there is no adapter");
  expect(result.settings).toMatchObject({ rank: 2 * (given.rank as number), init_lora_weights: "default" });
  // As handed over, and as a checkpoint holds it.
  for (const { settings: written, tensors } of [
    result,
    { settings: model.adapter.settings, tensors: model.parameters },
  ]) {
    await writeAdapter(dir, written, tensors);
    const again = await open({ init_adapter: dir });
    expect(Math.abs((await again.evaluate(BATCH)).lossSum / trained - 1)).toBeLessThan(1e-5);
    await again.dispose();
  }
  await model.dispose();
});
