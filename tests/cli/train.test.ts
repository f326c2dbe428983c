import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseEnv } from "@/lib/config/env";
import { silentLogger } from "@/lib/config/logger";
import type { RunConfigInput } from "@/lib/contracts/run-config";
import { createServiceContext, type ServiceContext } from "@/lib/services/context";
import { addTinyDataset, addTinyModel, tinyRunConfig } from "../helpers/tiny-studio";
import { descendantsOf, untilGone } from "./processes";
import { type Program, startProgram } from "./start-program";

const REPOSITORY = join(import.meta.dirname, "..", "..");

let home: string;
let programs: Program[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "codetune-train-"));
  programs = [];
  await addTinyModel(home);
  await withStudio(addTinyDataset);
});
afterEach(async () => {
  for (const program of programs) {
    const all = [program.pid, ...descendantsOf(program.pid)];
    program.child.kill("SIGKILL");
    await untilGone(all);
  }
  await rm(home, { recursive: true });
});

async function withStudio(work: (ctx: ServiceContext) => Promise<unknown>): Promise<void> {
  const ctx = await createServiceContext(parseEnv({ CODETUNE_HOME: home }), silentLogger);
  try {
    await work(ctx);
  } finally {
    await ctx.db.close();
  }
}

function run(...args: string[]): Program {
  const program = startProgram(args, { CODETUNE_HOME: home });
  programs.push(program);
  return program;
}

async function configFile(overrides: Partial<RunConfigInput> = {}): Promise<string> {
  const path = join(home, "config.json");
  await writeFile(path, JSON.stringify(tinyRunConfig(overrides)));
  return path;
}

type Line = Record<string, unknown> & { kind: string };
const linesOf = (program: Program): Line[] =>
  program
    .output()
    .out.trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("train --json is JSON lines that end with a completed run, its adapter and the loss before and after", async () => {
  const program = run("train", await configFile(), "--json");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  const lines = linesOf(program);
  const result = lines.at(-1);
  expect(result).toMatchObject({ kind: "result", status: "completed", step: 24, totalSteps: 24, exitCause: null });
  expect(existsSync(join(String(result?.["adapterPath"]), "adapter_model.safetensors"))).toBe(true);
  expect(result?.["evalLossAfter"]).toBeLessThan(result?.["evalLossBefore"] as number);
  const events = lines.slice(0, -1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  const steps = events.filter(({ kind, trainLoss }) => kind === "metric" && trainLoss !== null).map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
});

test("the quickstart's settings lower the bundled model's loss on files of this repository that it never trains on", async () => {
  const quickstart = JSON.parse(await readFile(join(REPOSITORY, "examples", "quickstart.json"), "utf8")) as object;
  const path = join(home, "short.json");
  // A tenth of the steps, on a machine that may be busy; only the two evaluations that frame the run.
  await writeFile(path, JSON.stringify({ ...quickstart, max_steps: 12, eval_interval: 0, checkpoint_interval: 0 }));
  const program = run("train", path, "--json");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  const result = linesOf(program).at(-1);
  expect(result).toMatchObject({ status: "completed", step: 12, totalSteps: 12 });
  expect(result?.["evalLossAfter"]).toBeLessThan(result?.["evalLossBefore"] as number);
});

test("a folder of code given with --data becomes a dataset first", async () => {
  const folder = join(home, "code");
  await mkdir(folder);
  for (let i = 0; i < 20; i++) {
    const body = Array.from({ length: 20 }, (_, line) => `  const value${line} = ${i} + ${line};`).join("\n");
    await writeFile(join(folder, `module${i}.ts`), `export function run${i}() {\n${body}\n}\n`);
  }
  const program = run("train", await configFile({ max_steps: 4 }), "--data", folder, "--json");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(linesOf(program).at(-1)).toMatchObject({ status: "completed", step: 4 });
});

test("a signal stops the run after its step, and resume brings it to the end", async () => {
  const program = run("train", await configFile({ max_steps: 150, epochs: 100, eval_interval: 0 }), "--json");
  await program.matched(/"trainLoss":\d/);
  program.child.kill("SIGINT");
  expect(await program.ended).toEqual({ code: 4, signal: null });
  const stopped = linesOf(program).at(-1);
  expect(stopped).toMatchObject({ kind: "result", status: "stopped", adapterPath: null });
  expect(stopped?.["step"]).toBeGreaterThan(0);

  const resumed = run("resume", String(stopped?.["runId"]), "--json");
  expect(await resumed.ended).toEqual({ code: 0, signal: null });
  const lines = linesOf(resumed);
  expect(lines.at(-1)).toMatchObject({ status: "completed", step: 150, runId: stopped?.["runId"] });
  const first = lines.find(({ kind, trainLoss }) => kind === "metric" && trainLoss !== null);
  expect(first?.["step"]).toBe((stopped?.["step"] as number) + 1);
});

test("where a worker is alive, train leaves the work to it", async () => {
  const worker = run("worker");
  while (!worker.output().err.includes("The worker is running")) await sleep(50);
  const workers = descendantsOf(worker.pid);
  await sleep(2000);
  const program = run("train", await configFile(), "--json");
  await program.matched(/"kind":"hello"/);
  expect(descendantsOf(program.pid)).toEqual([]);
  expect((await program.ended).code).toBe(0);
  worker.child.kill("SIGTERM");
  expect((await worker.ended).code).toBe(0);
  await untilGone(workers);
});

test("every wrong setting is named, with code 2 and nothing in the queue", async () => {
  const program = run("train", await configFile({ learning_rate: 5, epochs: 0 }), "--json");
  expect((await program.ended).code).toBe(2);
  const { out, err } = program.output();
  expect(out).toBe("");
  expect(err).toContain("learning_rate must be at most 0.01");
  expect(err).toContain("epochs must be at least 1");
});

test("a dataset that is not there and a run that is not there are named, with code 2", async () => {
  const train = run("train", await configFile({ dataset_name: "no-such-data" }));
  expect((await train.ended).code).toBe(2);
  expect(train.output().err).toContain("no-such-data");
  const resume = run("resume", "run_0000000000000000000");
  expect((await resume.ended).code).toBe(2);
  expect(resume.output().err).toContain("run_0000000000000000000");
});

test("doctor opens the CPU for real, and db status says where the tables stand", async () => {
  const doctor = run("doctor", "--json");
  await doctor.ended;
  const { findings } = JSON.parse(doctor.output().out) as { findings: { name: string; state: string; text: string }[] };
  const cpu = findings.find(({ name }) => name === "cpu");
  expect(cpu?.state).toBe("ok");
  expect(cpu?.text).toMatch(/^opened by ONNX Runtime \S+, \d+ GFLOP\/s$/);

  const status = run("db", "status", "--json");
  expect((await status.ended).code).toBe(0);
  expect(JSON.parse(status.output().out)).toMatchObject({ pending: [] });
});
