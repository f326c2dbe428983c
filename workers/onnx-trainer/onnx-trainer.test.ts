import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { Frame, type TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { readAdapter } from "@/lib/engine/lora/adapter-format";
import { writeBlocks } from "@/tests/helpers/write-blocks";

const ROOT = resolve(import.meta.dirname, "../..");
/** A real, tiny Llama: 64 tokens of context, 64 of vocabulary. */
const MODEL = join(ROOT, "tests/fixtures/architectures/llama");

let dir: string;
let children: ChildProcess[];
beforeEach(async () => {
  children = [];
  dir = await mkdtemp(join(tmpdir(), "trainer-"));
  await writeBlocks(join(dir, "blocks"), { trainBlocks: 7, evalBlocks: 3, blockLength: 64, vocabularySize: 60 });
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

const CONFIG: RunConfigInput = {
  model_type: "test/llama",
  dataset_name: "test",
  batch_size: 2,
  epochs: 3,
  learning_rate: 0.01,
  max_seq_length: 64,
  warmup_steps: 1,
  rank: 4,
  eval_interval: 5,
  checkpoint_interval: 3,
  device: "cpu",
};
/** 7 blocks in batches of 2, three times. */
const TOTAL_STEPS = 12;

interface Started {
  child: ChildProcess;
  frames: Frame[];
  /** Resolves with the first frame for which `test` holds. */
  until(test: (frame: Frame) => boolean): Promise<Frame>;
  /** Exit code (or signal) when everything has been read. */
  ended: Promise<number | string | null>;
  output: { text: string };
  send(command: unknown): void;
}

async function start(
  options: {
    config?: Partial<RunConfigInput>;
    spec?: Partial<TrainerSpec> & Record<string, unknown>;
    runDir?: string;
  } = {},
): Promise<Started> {
  const runDir = options.runDir ?? join(dir, "run");
  await mkdir(runDir, { recursive: true });
  const spec: TrainerSpec = {
    protocol: 1,
    runId: "run_test",
    runDir,
    modelDir: MODEL,
    blocksDir: join(dir, "blocks"),
    config: RunConfig.parse({ ...CONFIG, ...options.config }),
    resume: false,
    samplePrompts: [],
    ...options.spec,
  };
  const specPath = join(runDir, "spec.json");
  await writeFile(specPath, JSON.stringify(spec));
  return startWith(specPath);
}

function startWith(specPath: string): Started {
  const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, "workers/onnx-trainer/main.ts"), specPath], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  children.push(child);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output.text += String(chunk)));
  child.stdin?.on("error", () => undefined);
  let rest = "";
  child.stdio[3]?.on("data", (chunk: Buffer) => {
    // A killed process may leave half a line; everything whole must fit the protocol.
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) frames.push(Frame.parse(JSON.parse(line)));
    for (const wake of waiting) wake();
  });
  const ended = once(child, "close").then(([code, signal]) => {
    for (const wake of waiting) wake();
    return (code ?? signal) as number | string | null;
  });
  const until = async (matches: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      const found = frames.find(matches);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`ended first: ${JSON.stringify(frames.at(-1))} ${output.text}`);
      await new Promise<void>((wake) => waiting.add(wake));
    }
  };
  const send = (command: unknown) =>
    child.stdin?.write(`${typeof command === "string" ? command : JSON.stringify(command)}\n`);
  return { child, frames, until, ended, output, send };
}

const isStep = (step: number) => (frame: Frame) => frame.kind === "metric" && frame.step >= step;
const adapterBytes = (run: string) => readFile(join(dir, run, "adapter", "adapter_model.safetensors"));
const trainLosses = (frames: Frame[]) =>
  frames.flatMap((frame) =>
    frame.kind === "metric" && frame.trainLoss !== null ? [[frame.step, frame.trainLoss]] : [],
  );

test("a run from its specification to a checked adapter; then stopped, killed and orphaned ones that end in the same bytes", async () => {
  const whole = await start({ runDir: join(dir, "whole") });
  expect(await whole.ended, whole.output.text).toBe(0);
  expect(whole.frames.at(-1)).toMatchObject({ kind: "done", outcome: "completed", step: TOTAL_STEPS });
  expect(whole.frames.find(({ kind }) => kind === "hello")).toMatchObject({ device: "cpu", totalSteps: TOTAL_STEPS });
  expect(trainLosses(whole.frames).map(([step]) => step)).toEqual(Array.from({ length: TOTAL_STEPS }, (_, i) => i + 1));
  const { settings } = await readAdapter(join(dir, "whole", "adapter"));
  expect(settings.target_modules).toEqual([
    "down_proj",
    "gate_proj",
    "k_proj",
    "o_proj",
    "q_proj",
    "up_proj",
    "v_proj",
  ]);
  expect((await readdir(join(dir, "whole"))).toSorted()).toEqual([
    "adapter",
    "checkpoints",
    "spec.json",
    "trainer.1.pid",
  ]);
  const done = whole.frames.at(-1);
  if (done?.kind !== "done") throw new Error("no done frame");
  expect(done.evalLossAfter as number).toBeLessThan(done.evalLossBefore as number);
  const expected = await adapterBytes("whole");

  const endings: [string, (started: Started) => void, number | string][] = [
    ["stopped", ({ send }) => send({ kind: "stop" }), 0],
    ["killed", ({ child }) => child.kill("SIGKILL"), "SIGKILL"],
    ["terminated", ({ child }) => child.kill("SIGTERM"), 0],
    ["orphaned", ({ child }) => child.stdin?.end(), 0],
    ["unheard", ({ child }) => child.stdio[3]?.destroy(), 0],
  ];
  for (const [name, end, code] of endings) {
    const runDir = join(dir, name);
    const first = await start({ runDir });
    await first.until(isStep(4));
    end(first);
    expect(await first.ended, `${name}: ${first.output.text}`).toBe(code);
    // Given back, or left by the killed one.
    expect((await readFile(join(runDir, "trainer.1.pid"), "utf8")).length > 0, name).toBe(name === "killed");
    const second = await start({ runDir, spec: { resume: true } });
    expect(await second.ended, `${name}: ${second.output.text}`).toBe(0);
    const hello = second.frames.find((frame) => frame.kind === "hello");
    expect(hello?.startStep, name).toBeGreaterThan(0);
    expect((await adapterBytes(name)).equals(expected), name).toBe(true);
    const known = new Map(trainLosses(whole.frames) as [number, number][]);
    for (const [step, loss] of trainLosses([...first.frames, ...second.frames]))
      expect(loss).toBe(known.get(step as number));
  }
}, 180_000);

test("a checkpoint on command; what is no command is logged and changes nothing", async () => {
  const started = await start({ config: { checkpoint_interval: 0, epochs: 20 } });
  await started.until(isStep(2));
  started.send("not json");
  started.send({ kind: "explode" });
  started.send({ kind: "checkpoint" });
  const checkpoint = await started.until(({ kind }) => kind === "checkpoint");
  expect(checkpoint).toMatchObject({
    path: join(dir, "run", "checkpoints", `step-${(checkpoint as { step: number }).step}`),
  });
  started.send({ kind: "stop" });
  expect(await started.ended).toBe(0);
  expect(started.frames.filter((frame) => frame.kind === "log" && frame.level === "warn")).toHaveLength(
    // Two lines that are no commands, and the model folder has no tokenizer.
    3,
  );
});

test("two trainers never write the same run", async () => {
  const first = await start({ config: { epochs: 100 } });
  await first.until(isStep(1));
  const second = await start({ config: { epochs: 100 } });
  expect(await second.ended).toBe(1);
  expect(second.frames.at(-1)).toMatchObject({
    kind: "error",
    message: expect.stringMatching(/^Another trainer \(process \d+\) is at work on this run; stop it first\.$/),
  });
  first.send({ kind: "stop" });
  expect(await first.ended).toBe(0);
  expect(first.frames.at(-1)).toMatchObject({ outcome: "stopped" });
});

test("what cannot run ends with one sentence and its cause", async () => {
  const brokenModel = join(dir, "broken-model");
  await cp(MODEL, brokenModel, { recursive: true });
  await writeFile(join(brokenModel, "model.safetensors"), new Uint8Array(100));
  const brokenBlocks = join(dir, "broken-blocks");
  await cp(join(dir, "blocks"), brokenBlocks, { recursive: true });
  await rm(join(brokenBlocks, "train.labels.bin"));
  const strange = join(dir, "strange-blocks");
  await writeBlocks(strange, { trainBlocks: 1, evalBlocks: 1, blockLength: 64, vocabularySize: 65 });
  const cases: [Parameters<typeof start>[0], string, RegExp][] = [
    [{ spec: { protocol: 2 as 1 } }, "user_config", /spec.json is not a run's specification \(protocol/],
    [{ spec: { surprise: 1 } }, "user_config", /surprise/],
    [{ spec: { modelDir: "models/relative" } }, "user_config", /modelDir must be an absolute path/],
    [{ spec: { blocksDir: join(dir, "nothing") } }, "data_error", /manifest.json cannot be opened/],
    [{ spec: { blocksDir: brokenBlocks } }, "data_error", /train.labels.bin cannot be opened/],
    [{ spec: { blocksDir: strange } }, "data_error", /65 token ids, but the model knows 64/],
    [{ spec: { modelDir: brokenModel } }, "user_config", /model.safetensors/],
    [{ config: { target_modules: ["query"] } }, "user_config", /"query" match no linear layer.*it has q_proj/],
    [{ config: { warmup_steps: 50 } }, "user_config", /warmup_steps is 50, but the run has only 12 steps/],
  ];
  for (const [options, cause, sentence] of cases) {
    const { ended, frames, output } = await start(options);
    expect(await ended).toBe(1);
    expect(frames.at(-1), output.text).toMatchObject({
      kind: "error",
      cause,
      message: expect.stringMatching(sentence),
    });
    expect((frames.at(-1) as { message: string }).message).not.toMatch(/\n|at .*\.ts:\d/);
    for (const file of await readdir(join(dir, "run"))) {
      if (file.endsWith(".pid")) expect(await readFile(join(dir, "run", file), "utf8")).toBe("");
    }
  }
  for (const [name, text] of [
    ["missing.json", null],
    ["broken.json", "{"],
  ] as const) {
    if (text !== null) await writeFile(join(dir, name), text);
    const { ended, frames } = startWith(join(dir, name));
    expect(await ended).toBe(1);
    expect(frames.at(-1)).toMatchObject({ kind: "error", message: expect.stringContaining(name) });
  }
}, 120_000);

test("started by hand, it says what to do instead", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, "workers/onnx-trainer/main.ts")], { cwd: ROOT });
  children.push(child);
  let text = "";
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(text).toContain("codetune-studio train");
});
