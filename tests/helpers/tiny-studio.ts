/** @file A real model (random weights) and a real dataset, small enough that a run takes seconds. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "@/lib/config/repository-root";
import type { RunConfigInput } from "@/lib/contracts/run-config";
import { TINY_LLAMA, writeRandomModel } from "@/lib/engine/testing/random-model";
import type { ServiceContext } from "@/lib/services/context";
import { buildTestDataset } from "./build-test-dataset";

export const TINY_MODEL_ID = "test/tiny";

const TINY_CONFIG = {
  ...TINY_LLAMA,
  hidden_size: 32,
  intermediate_size: 64,
  vocab_size: 4096,
  max_position_embeddings: 256,
};

/** Below CODETUNE_HOME, with the bundled model's tokenizer: a step takes milliseconds. */
export async function addTinyModel(home: string, id = TINY_MODEL_ID, config: object = TINY_CONFIG): Promise<void> {
  const folder = join(home, "models", id);
  await mkdir(folder, { recursive: true });
  await writeRandomModel(folder, { ...config }, { deviation: 0.1 });
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(join(repositoryRoot(), "models", "tiny-code", name), join(folder, name));
  }
}

/** Forty rows of text, in a file below CODETUNE_HOME. Returns the dataset's id. */
export async function addTinyDataset(ctx: ServiceContext, name = "tiny-data"): Promise<string> {
  const path = join(ctx.paths.home, `${name}.jsonl`);
  const rows = Array.from({ length: 40 }, (_, i) => {
    const body = Array.from({ length: 12 }, (_, line) => `  total += values[${i}] * ${line}; // row ${i}`).join("\n");
    return JSON.stringify({ text: `function sum${i}(values) {\n  let total = 0;\n${body}\n  return total;\n}\n` });
  });
  await writeFile(path, rows.join("\n"));
  return (await buildTestDataset(ctx, { name, source: { kind: "jsonl", path } })).id;
}

export const tinyRunConfig = (overrides: Partial<RunConfigInput> = {}): RunConfigInput => ({
  model_type: TINY_MODEL_ID,
  dataset_name: "tiny-data",
  batch_size: 2,
  learning_rate: 0.003,
  epochs: 1,
  max_seq_length: 64,
  warmup_steps: 2,
  rank: 4,
  alpha: 8,
  eval_interval: 10,
  checkpoint_interval: 4,
  max_steps: 24,
  device: "cpu",
  ...overrides,
});
