/**
 * @file Runs of a small Llama with every optimizer and schedule: stopped and resumed they end in the same bytes as ones
 * that never were, and dealt otherwise into micro-batches they take the same course.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPTIMIZERS, RunConfig, type RunConfigInput, SCHEDULERS } from "@/lib/contracts/run-config";
import type { Frame } from "@/lib/contracts/trainer-protocol";
import { writeBlocks } from "@/tests/helpers/write-blocks";
import { openBlocks } from "../data/open-blocks";
import { openTrainableModel } from "../executor/open-model";
import { Rng } from "../optim/rng";
import { openSafetensors } from "../safetensors/open-safetensors";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import { train } from "./train";

/** Matrices of 64 × 64 are large enough for 8-bit moments. */
const MODEL = { ...TINY_LLAMA, hidden_size: 64, intermediate_size: 96, num_attention_heads: 4, num_key_value_heads: 4 };
const STEPS = 6;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "resume-"));
  await writeRandomModel(join(dir, "base"), MODEL, { deviation: 0.1 });
  await writeBlocks(join(dir, "blocks"), { trainBlocks: 4, evalBlocks: 1, blockLength: 64, vocabularySize: 50 });
});
afterAll(async () => rm(dir, { recursive: true, force: true }));

interface Attempt {
  settings: Partial<RunConfigInput>;
  runDir: string;
  resume?: boolean;
  stopAfter?: number;
}

async function attempt({ settings, runDir, resume = false, stopAfter = STEPS }: Attempt): Promise<Frame[]> {
  const config = RunConfig.parse({
    model_type: "test/llama",
    dataset_name: "test",
    batch_size: 1,
    gradient_accumulation_steps: 2,
    epochs: STEPS / 2,
    learning_rate: 1e-3,
    warmup_steps: 1,
    weight_decay: 0.01,
    max_seq_length: 64,
    rank: 64,
    target_modules: ["q_proj", "up_proj"],
    eval_interval: 0,
    checkpoint_interval: 0,
    ...settings,
  });
  const modelDir = join(dir, "base");
  const rng = Rng.seeded(config.seed);
  const model = await openTrainableModel({ modelDir, config, rng, device: "cpu", threads: 1 });
  const frames: Frame[] = [];
  await train({
    runDir,
    modelDir,
    config,
    resume,
    samplePrompts: [],
    model,
    blocks: await openBlocks(join(dir, "blocks")),
    rng,
    baseFingerprint: "base",
    tokenizer: null,
    versions: {},
    emit: (frame) => frames.push(frame),
    shouldStop: () => frames.some((frame) => frame.kind === "metric" && frame.step === stopAfter),
    takeCheckpointRequest: () => false,
    now: () => performance.now(),
    peakBytes: () => 0,
    residentBytes: () => 0,
  });
  await model.dispose();
  return frames;
}

const lossesOf = (frames: Frame[]) =>
  frames.flatMap((frame) => (frame.kind === "metric" ? [[frame.step, frame.trainLoss, frame.learningRate]] : []));

async function compare(settings: Partial<RunConfigInput>): Promise<string> {
  const [whole, halved] = await Promise.all(["whole-", "halved-"].map((prefix) => mkdtemp(join(dir, prefix))));
  const expected = await attempt({ settings, runDir: whole as string });
  const runDir = halved as string;
  const first = await attempt({ settings, runDir, stopAfter: 3 });
  expect(first.at(-1)).toMatchObject({ kind: "done", outcome: "stopped", step: 3 });
  const second = await attempt({ settings, runDir, resume: true });
  expect(second.at(-1)).toMatchObject({ kind: "done", outcome: "completed", step: STEPS });
  expect(lossesOf([...first, ...second])).toEqual(lossesOf(expected));
  const done = expected.at(-1);
  if (done?.kind !== "done") throw new Error("the run did not end");
  expect(done.evalLossAfter).toBeLessThan(done.evalLossBefore as number);
  const checkpoint = join("checkpoints", `step-${STEPS}`);
  const files = (await readdir(join(runDir, checkpoint))).filter((name) => name !== "state.json");
  expect(files.length).toBeGreaterThan(1);
  for (const name of files) {
    const bytes = await readFile(join(runDir, checkpoint, name));
    expect(bytes.equals(await readFile(join(whole as string, checkpoint, name))), name).toBe(true);
  }
  return join(runDir, checkpoint);
}

for (const method of ["lora", "full"] as const) {
  test.each(OPTIMIZERS)(`${method} with %s: parameters and state are equal to the last bit`, async (optimizer) => {
    const checkpoint = await compare({ method, optimizer });
    const file = await openSafetensors(join(checkpoint, "optimizer.safetensors"));
    const dtypes = new Set([...file.tensors.values()].map(({ dtype }) => dtype));
    const names = [...file.tensors.keys()];
    await file.close();
    // The optimizer that was asked for, and none other.
    expect(dtypes.has("U8")).toBe(optimizer === "adamw_8bit");
    expect(names.some((name) => name.startsWith("momentum."))).toBe(optimizer === "muon");
    expect(names.some((name) => name.startsWith("exp_avg_sq_row."))).toBe(optimizer === "adafactor");
    const hasSquares = optimizer.startsWith("adamw") || (optimizer === "muon" && method === "full");
    expect(names.some((name) => /^exp_avg_sq\.(base_)?model/.test(name))).toBe(
      hasSquares || (optimizer === "adafactor" && method === "full"),
    );
  });
}

test.each([
  { neftune_noise_alpha: 5 },
  { method: "dora", lora_dropout: 0.2, neftune_noise_alpha: 5, loraplus_lr_ratio: 4, optimizer: "adamw_8bit" },
  { lora_dropout: 0.2, loraplus_lr_ratio: 8 },
  {
    method: "dora",
    use_rslora: true,
    rank: 4,
    rank_pattern: { q_proj: 6 },
    alpha_pattern: { "1.mlp.up_proj": 3 },
    modules_to_save: ["lm_head", "norm"],
  },
  { method: "dora", rank: 4, learning_rate: 4e-3, base_precision: "int8" },
  { method: "dora", rank: 4, base_precision: "nf4", lora_dropout: 0.1 },
  { init_lora_weights: "pissa_niter_3", rank: 4, lora_dropout: 0.1 },
  { init_lora_weights: "pissa", method: "dora", rank: 4, modules_to_save: ["embed_tokens"] },
  { method: "full", layerwise_lr_decay: 0.8, neftune_noise_alpha: 2, optimizer: "muon" },
] satisfies Partial<RunConfigInput>[])("with %o too", async (settings) => {
  await compare(settings);
});

test("going on from the adapter that a run has made: its loss is where that one ended, and a resume changes nothing", async () => {
  const first = await mkdtemp(join(dir, "first-"));
  const settings: Partial<RunConfigInput> = {
    method: "dora",
    rank: 5,
    rank_pattern: { up_proj: 3 },
    modules_to_save: ["norm"],
  };
  const ended = (await attempt({ settings, runDir: first })).at(-1);
  const next = { init_adapter: join(first, "adapter"), lora_dropout: 0.1 };
  const began = (await attempt({ settings: next, runDir: await mkdtemp(join(dir, "next-")) })).at(-1);
  if (ended?.kind !== "done" || began?.kind !== "done") throw new Error("a run did not end");
  expect(began.evalLossBefore).toBe(ended.evalLossAfter);
  await compare(next);
});

test.each(SCHEDULERS)("with the schedule %s too", async (scheduler) => {
  await compare({ scheduler, num_cycles: 3, decay_ratio: 0.5 });
});

test("blocks dealt into other micro-batches take the same course, noise included", async () => {
  const courses = [];
  for (const [batch_size, gradient_accumulation_steps] of [
    [4, 1],
    [1, 4],
    [3, 2],
  ] as const) {
    const settings = { batch_size, gradient_accumulation_steps, neftune_noise_alpha: 5, eval_interval: 1 };
    const frames = await attempt({ settings, runDir: await mkdtemp(join(dir, "dealt-")) });
    courses.push(frames.flatMap((frame) => (frame.kind === "metric" ? [frame] : [])));
  }
  const [large, ...others] = courses;
  expect(large?.length).toBe(1 + STEPS / 2);
  for (const other of others) {
    expect(other.length).toBe(large?.length);
    for (const [i, { step, trainLoss, evalLoss, gradNorm }] of (large ?? []).entries()) {
      expect(evalLoss).toBeCloseTo(other[i]?.evalLoss as number, 6);
      if (step === 0) continue;
      expect(trainLoss).toBeCloseTo(other[i]?.trainLoss as number, 6);
      expect((gradNorm as number) / (other[i]?.gradNorm as number)).toBeCloseTo(1, 5);
    }
  }
});
