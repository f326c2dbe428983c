import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MetricFrame } from "@/lib/contracts/trainer-protocol";
import type { BigramModel } from "@/tests/helpers/bigram-model";
import { curve, type LoopOptions, metricsOf, runLoop, TOTAL_STEPS, VOCABULARY } from "@/tests/helpers/run-loop";
import { writeBlocks } from "@/tests/helpers/write-blocks";
import { openBlocks } from "../data/open-blocks";
import { readAdapter } from "../lora/adapter-format";
import type { Optimizer } from "../optim/optimizer";
import { openSafetensors } from "../safetensors/open-safetensors";
import { restoreNewestCheckpoint } from "./checkpoint";
import { evaluateHeldOut } from "./evaluate-held-out";
import { TrainingFailure } from "./training-failure";

let dir: string;
let runDir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "train-"));
  runDir = join(dir, "run");
  await mkdir(runDir);
  await writeBlocks(join(dir, "blocks"), {
    trainBlocks: 11,
    evalBlocks: 5,
    blockLength: 64,
    vocabularySize: VOCABULARY,
  });
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const run = (options: LoopOptions = {}) => runLoop(dir, options);

/** As the loop does at the end. */
const evaluateAll = async (model: BigramModel) =>
  evaluateHeldOut({
    model,
    blocks: await openBlocks(join(dir, "blocks")),
    batchSize: 2,
    maxPositions: 0,
    shouldStop: () => false,
    onProgress: () => undefined,
  });

const adapterBytes = (of = runDir) => readFile(join(of, "adapter", "adapter_model.safetensors"));
const checkpointNames = async () => (await readdir(join(runDir, "checkpoints"))).toSorted();

test("trains to the last step, lowers the held-out loss, and saves exactly what is in memory", async () => {
  const { frames, model, outcome } = await run();
  expect(outcome).toBe("completed");
  const metrics = metricsOf(frames);
  expect(metrics.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(metrics.filter(({ evalLoss }) => evalLoss !== null).map(({ step }) => step)).toEqual([0, 4, 8, 9]);
  expect(metrics.slice(1).every(({ trainLoss, gradNorm }) => trainLoss !== null && gradNorm !== null)).toBe(true);
  expect(metrics[0]).toMatchObject({ trainLoss: null, gradNorm: null, tokensSeen: 0, epoch: 0 });
  expect(metrics.at(-1)?.epoch).toBe(3);
  const { manifest } = await openBlocks(join(dir, "blocks"));
  expect(metrics.at(-1)?.tokensSeen).toBe(3 * manifest.splits.train.trainableTokens);
  const done = frames.at(-1);
  expect(done).toMatchObject({
    kind: "done",
    outcome: "completed",
    step: TOTAL_STEPS,
    adapterPath: join(runDir, "adapter"),
  });
  if (done?.kind !== "done") throw new Error("no done frame");
  expect(done.evalLossBefore).toBe(metrics[0]?.evalLoss);
  expect(done.evalLossAfter).toBe(metrics.at(-1)?.evalLoss);
  expect(done.evalLossAfter as number).toBeLessThan((done.evalLossBefore as number) - 0.01);
  expect(frames.filter(({ kind }) => kind === "sample")).toHaveLength(4);
  const adapter = await readAdapter(join(runDir, "adapter"));
  expect(adapter.settings).toMatchObject({
    method: "lora",
    rank: 3,
    alpha: 32,
    fanInFanOut: false,
    target_modules: ["up_proj"],
    baseModel: "test/bigram",
  });
  for (const { name, data } of model.parameters) expect(adapter.tensors.get(name)?.data).toEqual(data);
  expect(frames.find(({ kind }) => kind === "hello")).toMatchObject({
    totalSteps: TOTAL_STEPS,
    startStep: 0,
    evalTokens: (await evaluateAll(model))?.tokens,
  });
  expect(await readdir(runDir)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^\./)]));
});

test("full fine-tuning writes a model folder that says it is float32", async () => {
  await mkdir(join(dir, "model"));
  await writeFile(join(dir, "model", "config.json"), JSON.stringify({ model_type: "test", torch_dtype: "bfloat16" }));
  await writeFile(join(dir, "model", "tokenizer.json"), "{}");
  const { model, outcome } = await run({ config: { method: "full" }, model: { full: true } });
  expect(outcome).toBe("completed");
  const file = await openSafetensors(join(runDir, "model", "model.safetensors"));
  expect(await file.read("model.weight")).toEqual(model.parameters[0]?.data);
  await file.close();
  expect(JSON.parse(await readFile(join(runDir, "model", "config.json"), "utf8"))).toEqual({
    model_type: "test",
    torch_dtype: "float32",
  });
  expect(await readFile(join(runDir, "model", "tokenizer.json"), "utf8")).toBe("{}");
});

test("accumulation equals the large batch", async () => {
  const small = await run({ config: { batch_size: 1, gradient_accumulation_steps: 4 } });
  const large = await run({ config: { batch_size: 4, gradient_accumulation_steps: 1 }, in: join(dir, "other") });
  expect(small.outcome).toBe("completed");
  expect(large.outcome).toBe("completed");
  expect(metricsOf(small.frames).length).toBe(10);
  for (const [i, metric] of metricsOf(small.frames).entries()) {
    const other = metricsOf(large.frames)[i];
    if (metric.trainLoss !== null) expect(metric.trainLoss).toBeCloseTo(other?.trainLoss as number, 6);
    if (metric.gradNorm !== null) expect(metric.gradNorm).toBeCloseTo(other?.gradNorm as number, 6);
  }
  for (const [i, { data }] of small.model.parameters.entries()) {
    const other = large.model.parameters[i]?.data as Float32Array;
    for (const [j, value] of data.entries()) expect(Math.abs(value - (other[j] as number))).toBeLessThan(1e-5);
  }
});

test("stopped after any step and resumed, a run tells the same metrics and ends in the same bytes", async () => {
  const whole = join(dir, "whole");
  const uninterrupted = await run({ in: whole });
  const expected = await adapterBytes(whole);
  for (let stopAt = 0; stopAt < TOTAL_STEPS; stopAt++) {
    await rm(runDir, { recursive: true, force: true });
    const first = await run({ stopWhen: (frames) => metricsOf(frames).some(({ step }) => step === stopAt) });
    expect(first.outcome).toBe("stopped");
    expect(first.frames.at(-1)).toMatchObject({ kind: "done", outcome: "stopped", step: stopAt, adapterPath: null });
    const second = await run({ resume: true });
    expect(second.outcome).toBe("completed");
    expect(second.frames.find(({ kind }) => kind === "hello")).toMatchObject({ startStep: stopAt });
    expect(curve([...metricsOf(first.frames), ...metricsOf(second.frames)])).toEqual(
      curve(metricsOf(uninterrupted.frames)),
    );
    expect((await adapterBytes()).equals(expected)).toBe(true);
    expect(second.frames.at(-1)).toEqual({ ...uninterrupted.frames.at(-1), adapterPath: join(runDir, "adapter") });
  }
});

test("a stop during an evaluation cuts it short; after resuming it is made up for, and told once", async () => {
  const uninterrupted = await run({ in: join(dir, "whole") });
  // Evaluations come at these steps, each in three batches; the stop arrives during the first of them.
  for (const [evaluation, stopAt] of [0, 4, 8, 9].entries()) {
    await rm(runDir, { recursive: true, force: true });
    let isAsked = false;
    const onEvaluate = (call: number) => {
      isAsked ||= call === 3 * evaluation;
    };
    const first = await run({ model: { onEvaluate }, stopWhen: () => isAsked });
    expect(first.outcome).toBe("stopped");
    expect(first.frames.at(-1)).toMatchObject({ outcome: "stopped", step: stopAt });
    expect(metricsOf(first.frames).some(({ step }) => step === stopAt)).toBe(false);
    const second = await run({ resume: true });
    expect(curve([...metricsOf(first.frames), ...metricsOf(second.frames)])).toEqual(
      curve(metricsOf(uninterrupted.frames)),
    );
    expect((await adapterBytes()).equals(await adapterBytes(join(dir, "whole")))).toBe(true);
  }
});

test("a stop in the middle of a step gives it up; after resuming it is made anew, to the same bytes", async () => {
  const uninterrupted = await run({ in: join(dir, "whole") });
  for (const stopIn of [0, 3, TOTAL_STEPS - 1]) {
    await rm(runDir, { recursive: true, force: true });
    let isAsked = false;
    const onAccumulate = (call: number) => {
      isAsked ||= call === stopIn;
    };
    const first = await run({ model: { onAccumulate }, stopWhen: () => isAsked });
    expect(first.frames.at(-1)).toMatchObject({ outcome: "stopped" });
    expect(metricsOf(first.frames).at(-1)?.step).toBeLessThan(TOTAL_STEPS);
    const second = await run({ resume: true });
    expect(second.outcome).toBe("completed");
    expect(curve([...metricsOf(first.frames), ...metricsOf(second.frames)])).toEqual(
      curve(metricsOf(uninterrupted.frames)),
    );
    expect((await adapterBytes()).equals(await adapterBytes(join(dir, "whole")))).toBe(true);
  }
});

test("killed at any frame and resumed, a run ends in the same bytes and repeats no metric with another value", async () => {
  const whole = join(dir, "whole");
  const uninterrupted = await run({ in: whole });
  const expected = await adapterBytes(whole);
  const told = new Map(curve(metricsOf(uninterrupted.frames)).map((metric) => [metric.step, metric]));
  for (let killAt = 0; killAt < uninterrupted.frames.length; killAt++) {
    await rm(runDir, { recursive: true, force: true });
    const first = await run({
      onFrame: (_, index) => {
        if (index === killAt) throw new Error("killed");
      },
    });
    expect(first.outcome).toEqual(new Error("killed"));
    const second = await run({ resume: true });
    expect(second.outcome).toBe("completed");
    expect((await adapterBytes()).equals(expected)).toBe(true);
    const metrics = curve([...metricsOf(first.frames), ...metricsOf(second.frames)]);
    for (const metric of metrics) expect(metric).toEqual(told.get(metric.step));
    expect(new Set(metrics.map(({ step }) => step)).size).toBe(TOTAL_STEPS + 1);
  }
});

test("stops within one step", async () => {
  let isAsked = false;
  const { frames } = await run({
    stopWhen: (all) => {
      isAsked ||= metricsOf(all).some(({ step }) => step === 5);
      return isAsked;
    },
  });
  expect(metricsOf(frames).at(-1)?.step).toBe(5);
  expect(await checkpointNames()).toContain("step-5");
});

test("keeps the newest two checkpoints and the best one, and writes one when asked", async () => {
  await run();
  // Checkpoints at 2, 4, 6, 8 and the end; the last is also the best.
  expect(await checkpointNames()).toEqual(["step-8", "step-9"]);
  await rm(runDir, { recursive: true });
  // Two blocks are soon known by heart, and then the held-out loss rises again: the best checkpoint is an early one.
  await writeBlocks(join(dir, "blocks"), {
    trainBlocks: 2,
    evalBlocks: 5,
    blockLength: 64,
    vocabularySize: VOCABULARY,
  });
  const { frames } = await run({
    config: {
      batch_size: 1,
      gradient_accumulation_steps: 1,
      epochs: 100,
      scheduler: "constant",
      rank: 12,
      eval_interval: 10,
      checkpoint_interval: 10,
    },
  });
  const evaluated = metricsOf(frames).filter(({ step, evalLoss }) => step > 0 && evalLoss !== null) as (MetricFrame & {
    evalLoss: number;
  })[];
  const best = evaluated.reduce((a, b) => (b.evalLoss < a.evalLoss ? b : a));
  const last = evaluated.at(-1)?.step as number;
  expect(best.step).toBeLessThan(last - 10);
  expect(await checkpointNames()).toEqual([`step-${best.step}`, `step-${last - 10}`, `step-${last}`].toSorted());
  const kept = [best.step, last - 10, last];
  expect(frames.findLast(({ kind }) => kind === "checkpoint")).toMatchObject({ step: last, kept });
  await rm(runDir, { recursive: true });
  await writeBlocks(join(dir, "blocks"), {
    trainBlocks: 11,
    evalBlocks: 5,
    blockLength: 64,
    vocabularySize: VOCABULARY,
  });
  let requests = 1;
  const asked = await run({
    config: { checkpoint_interval: 0 },
    checkpointWhen: (all) => metricsOf(all).at(-1)?.step === 3 && requests-- > 0,
  });
  expect(asked.frames.filter(({ kind }) => kind === "checkpoint")).toMatchObject([{ step: 3 }, { step: 9 }]);
});

test("a checkpoint of the first version is continued, to the same parameters", async () => {
  const whole = await run({ in: join(dir, "whole") });
  await cp(new URL("./fixtures/adamw-checkpoint", import.meta.url), runDir, { recursive: true });
  const resumed = await run({ resume: true });
  expect(resumed.outcome).toBe("completed");
  expect(resumed.frames.find(({ kind }) => kind === "hello")).toMatchObject({ startStep: 5 });
  for (const [i, { data }] of resumed.model.parameters.entries()) {
    // It was made on another machine, whose exponential function may differ in the last bit.
    for (const [j, value] of data.entries())
      expect(Math.abs(value - (whole.model.parameters[i]?.data[j] as number))).toBeLessThan(1e-6);
  }
});

test("a torn checkpoint is left out with a line in the log, and the one before it is used", async () => {
  await run({ in: join(dir, "whole") });
  const expected = await adapterBytes(join(dir, "whole"));
  await run({ stopWhen: (frames) => metricsOf(frames).at(-1)?.step === 6 });
  const sound = join(dir, "sound");
  await cp(runDir, sound, { recursive: true });
  for (const file of await readdir(join(sound, "checkpoints", "step-6"))) {
    const path = join(runDir, "checkpoints", "step-6", file);
    const whole = await readFile(join(sound, "checkpoints", "step-6", file));
    const damages: [string, () => Promise<void>][] = [
      ["missing", () => rm(path)],
      ["empty", () => truncate(path, 0)],
      ["half", () => truncate(path, Math.floor(whole.byteLength / 2))],
      ["one byte short", () => truncate(path, whole.byteLength - 1)],
      [
        "one bit flipped",
        () =>
          writeFile(
            path,
            whole.map((byte, i) => (i === whole.byteLength - 3 ? byte ^ 1 : byte)),
          ),
      ],
    ];
    for (const [damage, apply] of damages) {
      await rm(runDir, { recursive: true });
      await cp(sound, runDir, { recursive: true });
      await apply();
      const { frames, outcome } = await run({ resume: true });
      expect(outcome, `${file} ${damage}`).toBe("completed");
      expect(
        frames.find(({ kind }) => kind === "hello"),
        `${file} ${damage}`,
      ).toMatchObject({ startStep: 4 });
      expect(frames).toContainEqual(
        expect.objectContaining({ kind: "log", level: "warn", message: expect.stringContaining("step-6 is left out") }),
      );
      expect((await adapterBytes()).equals(expected)).toBe(true);
    }
  }
});

test("no flipped bit of state.json changes what is continued", async () => {
  const { model } = await run({ stopWhen: (frames) => metricsOf(frames).at(-1)?.step === 6 });
  const path = join(runDir, "checkpoints", "step-6", "state.json");
  const whole = await readFile(path);
  const { configHash } = JSON.parse(whole.toString()) as { configHash: string };
  const optimizer: Optimizer = { step: 0, state: [], update: async () => undefined, dispose: async () => undefined };
  const restore = async () =>
    restoreNewestCheckpoint(runDir, { parameters: model.parameters, optimizer }, configHash, () => undefined);
  const expected = await restore();
  expect(expected?.progress.step).toBe(6);
  let refused = 0;
  for (let i = 0; i < whole.byteLength; i++) {
    await writeFile(
      path,
      whole.map((byte, at) => (at === i ? byte ^ 1 : byte)),
    );
    const restored = await restore();
    // Space between values carries nothing.
    if (restored?.progress.step !== 6) refused++;
    else expect(restored, `byte ${i}`).toEqual(expected);
  }
  const spaces = whole.toString().match(/\s/g)?.length as number;
  expect(refused).toBeGreaterThanOrEqual(whole.byteLength - spaces);
  // Written before the file had a hash of itself.
  const { sha256: _, ...before } = JSON.parse(whole.toString()) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(before));
  expect(await restore()).toEqual(expected);
});

test("with no sound checkpoint at all a run starts over, and half-written folders are cleared away", async () => {
  await run({ in: join(dir, "whole") });
  await mkdir(join(runDir, "checkpoints", "step-3"), { recursive: true });
  await mkdir(join(runDir, "checkpoints", ".writing-x"));
  await mkdir(join(runDir, ".replaced-y"));
  const { frames, outcome } = await run({ resume: true });
  expect(outcome).toBe("completed");
  expect(frames.find(({ kind }) => kind === "hello")).toMatchObject({ startStep: 0 });
  expect((await adapterBytes()).equals(await adapterBytes(join(dir, "whole")))).toBe(true);
  expect((await readdir(runDir)).toSorted()).toEqual(["adapter", "checkpoints"]);
});

test("a checkpoint of other settings is never continued silently", async () => {
  await run({ stopWhen: (frames) => metricsOf(frames).at(-1)?.step === 6 });
  const other = await run({ resume: true, config: { learning_rate: 0.005 } });
  expect(other.outcome).toMatchObject({ code: "conflict", message: expect.stringContaining("other settings") });
  // How often one looks is not part of what is trained.
  const looked = await run({ resume: true, config: { eval_interval: 1, checkpoint_interval: 0 } });
  expect(looked.outcome).toBe("completed");
});

test.each(["loss", "gradient"] as const)(
  "a %s that is not finite ends the run before it touches anything",
  async (what) => {
    // Two calls a step, so the fifth step breaks.
    const { frames, model, outcome } = await run({ model: { breakAt: { call: 9, what } } });
    expect(outcome).toBeInstanceOf(TrainingFailure);
    expect(outcome).toMatchObject({ exitCause: "diverged", step: 4 });
    expect(metricsOf(frames).at(-1)).toMatchObject({ step: 5, isFinite: false, tokensSeen: expect.any(Number) });
    expect(frames.some(({ kind }) => kind === "done")).toBe(false);
    expect(await checkpointNames()).toEqual(["step-2", "step-4"]);
    // No update was applied: memory still holds what the last checkpoint holds.
    const adapter = await readAdapter(join(runDir, "checkpoints", "step-4"));
    for (const { name, data } of model.parameters) expect(adapter.tensors.get(name)?.data).toEqual(data);
    const resumed = await run({ resume: true });
    expect(resumed.outcome).toBe("completed");
  },
);

test("a held-out loss that is not finite ends the run before its step is saved", async () => {
  // Three batches of held-out blocks per evaluation: the second evaluation (step 4) breaks.
  const { frames, outcome } = await run({ model: { breakEvaluationAt: 4 } });
  expect(outcome).toMatchObject({ exitCause: "diverged", step: 4 });
  expect(metricsOf(frames).at(-1)).toMatchObject({ step: 4, evalLoss: null, isFinite: false });
  expect(await checkpointNames()).toEqual(["step-2"]);
});

test("max_steps caps the run", async () => {
  const { frames, outcome } = await run({ config: { max_steps: 4 } });
  expect(outcome).toBe("completed");
  expect(metricsOf(frames).at(-1)?.step).toBe(4);
  expect(metricsOf(frames).at(-1)?.learningRate).toBeGreaterThan(0);
});

test("without held-out data it trains all the same and says that nothing was measured", async () => {
  await writeBlocks(join(dir, "blocks"), {
    trainBlocks: 3,
    evalBlocks: 0,
    blockLength: 64,
    vocabularySize: VOCABULARY,
  });
  const { frames, outcome } = await run({ config: { warmup_steps: 0 } });
  expect(outcome).toBe("completed");
  expect(metricsOf(frames).map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(frames.at(-1)).toMatchObject({ evalLossBefore: null, evalLossAfter: null });
  expect(frames).toContainEqual(expect.objectContaining({ message: expect.stringContaining("no held-out data") }));
});

test.each([
  ["no token to learn from", { trainBlocks: 0, evalBlocks: 1 }, {}, "data_error"],
  ["lower it", { trainBlocks: 11, evalBlocks: 1 }, { warmup_steps: 9 }, "user_config"],
  ["sequences of 64", { trainBlocks: 11, evalBlocks: 1 }, { max_seq_length: 128 }, "data_error"],
])("is refused before the first step: %s", async (sentence, blocks, config, exitCause) => {
  await writeBlocks(join(dir, "blocks"), { ...blocks, blockLength: 64, vocabularySize: VOCABULARY });
  const { frames, outcome } = await run({ config });
  expect(outcome).toMatchObject({ exitCause, message: expect.stringContaining(sentence) });
  expect(frames).toEqual([]);
});
