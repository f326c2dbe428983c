import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { openTrainableModel } from "../executor/open-model";
import { openArchitecture } from "../models/open-architecture";
import { Rng } from "../optim/rng";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import { estimateMemory } from "./estimate-memory";
import { fitToMemory } from "./fit-to-memory";

const SIZES = { ...TINY_LLAMA, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 3 };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-estimate-"));
  await writeRandomModel(dir, SIZES);
});
afterAll(() => rm(dir, { recursive: true }));

const configOf = (settings: Partial<RunConfigInput>) =>
  RunConfig.parse({
    model_type: "tiny",
    dataset_name: "none",
    batch_size: 2,
    max_seq_length: 256,
    rank: 4,
    ...settings,
  });

async function estimate(settings: Partial<RunConfigInput> = {}) {
  const architecture = await openArchitecture(dir);
  return estimateMemory({ architecture, config: configOf(settings), fileBytesPerWeight: 4 });
}

/** q, k, v, o and the three of the MLP. */
const MATRIX = 64 * (64 + 32 + 32 + 64) + 3 * 64 * 128;
const NORMS = 2 * 64;

test("weights are counted as they are held", async () => {
  const layersOf = async (settings: Partial<RunConfigInput>) => (await estimate(settings)).parts.layerWeights;
  const norms = 3 * NORMS * 4;
  expect(await layersOf({})).toBe(3 * MATRIX * 4 + norms);
  expect(await layersOf({ base_precision: "bf16" })).toBe(3 * MATRIX * 2 + norms + MATRIX * 4);
  expect(await layersOf({ base_precision: "nf4" })).toBe(3 * MATRIX * (0.5 + 4 / 64) + norms + MATRIX * 4);
  expect(await layersOf({ weight_offload: "disk" })).toBe(norms + MATRIX * 8);
  const outer = (await estimate({ base_precision: "bf16" })).parts.embeddingAndHead;
  expect(outer).toBe(50 * 64 * 2 + 64 * 4);
});

test.each<Partial<RunConfigInput>>([
  {},
  { method: "dora" },
  { method: "full" },
  { target_modules: ["q_proj"], rank_pattern: { q_proj: 7 } },
  { modules_to_save: ["norm"] },
])("%o: a checkpoint and the result have what the opened model trains", async (settings) => {
  const config = configOf(settings);
  const model = await openTrainableModel({ modelDir: dir, config, rng: Rng.seeded(1), device: "cpu", threads: 1 });
  const trained = model.parameters.reduce((sum, { data }) => sum + data.length, 0);
  await model.dispose();
  expect((await estimate(settings)).diskBytes).toBe(trained * (4 + 8 + 4));
});

test("weights that do not fit go to disk where auto may decide and the method allows it", async () => {
  const architecture = await openArchitecture(dir);
  const fitted = (settings: Partial<RunConfigInput>, memoryBytes: number) =>
    fitToMemory({ architecture, config: configOf(settings), fileBytesPerWeight: 4 }, memoryBytes);
  const { totalBytes } = await estimate({ weight_offload: "none" });
  expect(fitted({}, 2 * totalBytes)).toMatchObject({ config: { weight_offload: "none" }, isOffloaded: false });
  const moved = fitted({}, totalBytes);
  expect(moved).toMatchObject({ config: { weight_offload: "disk" }, isOffloaded: true });
  expect(moved.estimate.totalBytes).toBeLessThan(totalBytes);
  for (const settings of [{ method: "full" }, { base_precision: "int8" }, { weight_offload: "none" }] as const)
    expect(fitted(settings, 1000)).toMatchObject({ config: { weight_offload: "none" }, isOffloaded: false });
});

test("keeping more activations, longer sequences and larger batches need more", async () => {
  const kept = await Promise.all(
    (["on", "auto", "off"] as const).map(
      async (gradient_checkpointing) => (await estimate({ gradient_checkpointing })).parts.keptActivations,
    ),
  );
  // Here everything fits into what "auto" keeps.
  expect(kept[0]).toBe(4 * 2 * 256 * 64 * 4);
  expect(kept[1]).toBeGreaterThan(kept[0] as number);
  expect(kept[2]).toBe(kept[1]);
  const { totalBytes } = await estimate();
  expect((await estimate({ max_seq_length: 512 })).totalBytes).toBeGreaterThan(totalBytes);
  expect((await estimate({ batch_size: 4 })).totalBytes).toBeGreaterThan(totalBytes);
});
