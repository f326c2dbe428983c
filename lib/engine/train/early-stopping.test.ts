/** @file Early stopping and the best checkpoint: what they do, and that stopping and resuming changes nothing. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunConfigInput } from "@/lib/contracts/run-config";
import { curve, type LoopOptions, metricsOf, runLoop, VOCABULARY } from "@/tests/helpers/run-loop";
import { writeBlocks } from "@/tests/helpers/write-blocks";
import { readAdapter } from "../lora/adapter-format";
import { describeEarlyStop, isPatienceOver, recordEvaluation } from "./held-out-record";

describe("the record of held-out losses", () => {
  const follow = (losses: number[], threshold = 0) => {
    const settings = { early_stopping_patience: 2, early_stopping_threshold: threshold };
    return losses.map(
      (
        (record) => (evalLoss: number, i: number) =>
          (record = recordEvaluation(record, { step: i + 1, evalLoss }, settings))
      )({ best: null, evaluationsWithoutImprovement: 0 } as ReturnType<typeof recordEvaluation>),
    );
  };
  const counts = (...args: Parameters<typeof follow>) =>
    follow(...args).map((record) => record.evaluationsWithoutImprovement);

  test("counts evaluations in a row that are not below the lowest so far", () => {
    expect(counts([3, 2, 2, 2.5, 1.9, 2.1])).toEqual([0, 0, 1, 2, 0, 1]);
    expect(follow([3, 2, 2, 2.5, 1.9, 2.1]).map(({ best }) => best?.step)).toEqual([1, 2, 2, 2, 5, 5]);
  });

  test("a fall of no more than the threshold is no improvement, but still the lowest", () => {
    expect(counts([3, 2.9, 2.8, 2.3], 0.2)).toEqual([0, 1, 2, 0]);
    expect(follow([3, 2.9, 2.8, 2.3], 0.2).map(({ best }) => best?.evalLoss)).toEqual([3, 2.9, 2.8, 2.3]);
  });

  test("patience 0 never ends a run; the sentence names what was asked", () => {
    const record = { best: null, evaluationsWithoutImprovement: 99 };
    expect(isPatienceOver(record, { early_stopping_patience: 0, early_stopping_threshold: 0 })).toBe(false);
    const settings = { early_stopping_patience: 3, early_stopping_threshold: 0.01 };
    expect(isPatienceOver(record, settings)).toBe(true);
    expect(describeEarlyStop({ step: 8, totalSteps: 20 }, settings)).toBe(
      "Ended early after step 8 of 20: the last 3 evaluations did not lower the held-out loss by more than 0.01.",
    );
  });
});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "early-"));
  await mkdir(join(dir, "run"));
  // Two blocks are soon known by heart, and then the held-out loss rises again.
  await writeBlocks(join(dir, "blocks"), {
    trainBlocks: 2,
    evalBlocks: 5,
    blockLength: 64,
    vocabularySize: VOCABULARY,
  });
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const OVERFITTING: Partial<RunConfigInput> = {
  batch_size: 1,
  gradient_accumulation_steps: 1,
  epochs: 100,
  learning_rate: 0.01,
  scheduler: "constant",
  rank: 12,
  eval_interval: 10,
  checkpoint_interval: 0,
};
const EARLY = { ...OVERFITTING, early_stopping_patience: 3 };
const BEST = { ...EARLY, load_best_model_at_end: true };

const run = (config: Partial<RunConfigInput>, options: LoopOptions = {}) => runLoop(dir, { ...options, config });
const evaluationsOf = (frames: Parameters<typeof metricsOf>[0]) =>
  metricsOf(frames).flatMap(({ step, evalLoss }) => (step > 0 && evalLoss !== null ? [{ step, evalLoss }] : []));
const lowest = (evaluations: { step: number; evalLoss: number }[]) =>
  evaluations.reduce((a, b) => (b.evalLoss < a.evalLoss ? b : a));
const adapterOf = async (folder: string) => (await readAdapter(folder)).tensors;

test("ends after as many evaluations without improvement as asked, completed, and says why", async () => {
  const { frames, outcome } = await run(EARLY);
  expect(outcome).toBe("completed");
  const evaluations = evaluationsOf(frames);
  const best = lowest(evaluations);
  const last = best.step + 30;
  expect(last).toBeLessThan(200);
  expect(evaluations.at(-1)?.step).toBe(last);
  const endReason = `Ended early after step ${last} of 200: the last 3 evaluations did not lower the held-out loss.`;
  expect(frames).toContainEqual({ kind: "log", level: "info", message: endReason });
  expect(frames.at(-1)).toMatchObject({
    kind: "done",
    outcome: "completed",
    step: last,
    adapterStep: last,
    endReason,
    evalLossAfter: evaluations.at(-1)?.evalLoss,
  });
  // The best one is kept, although no checkpoint was asked for.
  expect(await readdir(join(dir, "run", "checkpoints"))).toContain(`step-${best.step}`);
});

test("the result is the best step's when that is asked for, byte for byte, and the frame says so", async () => {
  const { frames } = await run(BEST);
  const best = lowest(evaluationsOf(frames));
  const done = frames.at(-1);
  expect(done).toMatchObject({ step: best.step + 30, adapterStep: best.step, evalLossAfter: best.evalLoss });
  // The same as a run that was never trained beyond it.
  const short = await run({ ...OVERFITTING, max_steps: best.step }, { in: join(dir, "short") });
  expect(short.frames.at(-1)).toMatchObject({ step: best.step, adapterStep: best.step, evalLossAfter: best.evalLoss });
  expect(await adapterOf(join(dir, "run", "adapter"))).toEqual(await adapterOf(join(dir, "short", "adapter")));
  // Without early stopping too, when the last step is not the best.
  const whole = await run({ ...OVERFITTING, load_best_model_at_end: true }, { in: join(dir, "whole") });
  expect(whole.frames.at(-1)).toMatchObject({ step: 200, adapterStep: best.step });
  expect(await adapterOf(join(dir, "whole", "adapter"))).toEqual(await adapterOf(join(dir, "short", "adapter")));
});

test("full fine-tuning hands over the best step too", async () => {
  await mkdir(join(dir, "model"));
  await writeFile(join(dir, "model", "config.json"), "{}");
  await writeBlocks(join(dir, "blocks"), { trainBlocks: 5, evalBlocks: 5, blockLength: 64, vocabularySize: 24 });
  const { frames } = await run(
    { ...BEST, method: "full", optimizer: "lion", eval_interval: 50 },
    { model: { full: true, vocabularySize: 24 } },
  );
  const done = frames.at(-1);
  if (done?.kind !== "done") throw new Error("the run did not end");
  expect(done.adapterStep).toBeLessThan(done.step);
  const weights = (folder: string) => readFile(join(dir, "run", folder, "model.safetensors"));
  expect(await weights("model")).toEqual(await weights(join("checkpoints", `step-${done.adapterStep}`)));
});

test("stopped anywhere and resumed, it ends at the same step with the same bytes", async () => {
  const whole = await run(BEST, { in: join(dir, "whole") });
  const expected = await adapterOf(join(dir, "whole", "adapter"));
  const last = metricsOf(whole.frames).at(-1)?.step as number;
  for (const stopAt of [5, 10, last - 30, last - 29, last - 10, last - 1]) {
    await rm(join(dir, "run"), { recursive: true, force: true });
    const first = await run(BEST, { stopWhen: (frames) => metricsOf(frames).some(({ step }) => step === stopAt) });
    expect(first.outcome).toBe("stopped");
    const second = await run(BEST, { resume: true });
    expect(curve([...metricsOf(first.frames), ...metricsOf(second.frames)])).toEqual(curve(metricsOf(whole.frames)));
    expect(second.frames.at(-1)).toEqual({ ...whole.frames.at(-1), adapterPath: join(dir, "run", "adapter") });
    expect(await adapterOf(join(dir, "run", "adapter"))).toEqual(expected);
  }
});

test("killed after it had decided to end, it does not train on when it is resumed", async () => {
  const whole = await run(BEST, { in: join(dir, "whole") });
  const last = metricsOf(whole.frames).at(-1)?.step as number;
  const killed = await run(BEST, {
    onFrame: (frame) => {
      if (frame.kind === "checkpoint" && frame.step === last) throw new Error("killed");
    },
  });
  expect(killed.outcome).toEqual(new Error("killed"));
  const resumed = await run(BEST, { resume: true });
  expect(metricsOf(resumed.frames)).toEqual([]);
  expect(resumed.frames.at(-1)).toEqual({ ...whole.frames.at(-1), adapterPath: join(dir, "run", "adapter") });
  expect(await adapterOf(join(dir, "run", "adapter"))).toEqual(await adapterOf(join(dir, "whole", "adapter")));
});

test("a best checkpoint that is damaged is not handed over: the last step's is, and that is said", async () => {
  const { frames } = await run(BEST);
  const best = lowest(evaluationsOf(frames)).step;
  await rm(join(dir, "run", "adapter"), { recursive: true });
  await writeFile(join(dir, "run", "checkpoints", `step-${best}`, "adapter_model.safetensors"), "torn");
  const again = await run(BEST, { resume: true });
  expect(again.outcome).toBe("completed");
  expect(again.frames.at(-1)).toMatchObject({ step: best + 30, adapterStep: best + 30 });
  expect(again.frames).toContainEqual(
    expect.objectContaining({ level: "warn", message: expect.stringContaining(`The checkpoint of step ${best}`) }),
  );
});

test.each([{ early_stopping_patience: 2 }, { load_best_model_at_end: true }])(
  "%o without held-out data is refused before the first step",
  async (settings) => {
    await writeBlocks(join(dir, "blocks"), {
      trainBlocks: 2,
      evalBlocks: 0,
      blockLength: 64,
      vocabularySize: VOCABULARY,
    });
    const { outcome } = await run({ ...OVERFITTING, ...settings });
    expect(outcome).toMatchObject({
      exitCause: "user_config",
      message: expect.stringContaining("nothing is held out"),
    });
  },
);
