/** @file The device that a run asks for, from the form's setting to the record: taken, chosen by auto, or refused. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEntry } from "@/lib/config/child-entry";
import type { RunConfig } from "@/lib/contracts/run-config";
import { deviceObstacle } from "@/lib/engine/runtime/device-obstacle";
import { createRun } from "@/lib/services/runs/create-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { whyWebgpuIsClosed } from "../gpu/why-webgpu-is-closed";
import { everyEvent, untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, tinyRunConfig } from "../helpers/tiny-studio";
import { endProcess, startWorkerProcess } from "./fixtures/worker-processes";

const STEPS = 6;
const closed = await whyWebgpuIsClosed();

let ctx: TestContext;
let worker: ChildProcess;
beforeAll(async () => {
  ctx = await openTestContext("libsql");
  await addTinyModel(ctx.paths.home);
  await addTinyDataset(ctx);
  worker = startWorkerProcess(ctx, childEntry("worker"));
});
afterAll(async () => {
  await endProcess(worker, "SIGTERM");
  await ctx.close();
});

async function runOn(device: RunConfig["device"]) {
  const { id } = await createRun(ctx, { config: tinyRunConfig({ max_steps: STEPS, device }) });
  const run = await untilRun(ctx, id, ({ status }) => ["completed", "failed"].includes(status));
  const losses = (await listMetrics(ctx, { runId: id })).map(({ trainLoss }) => trainLoss ?? 0);
  const log = (await everyEvent(ctx, id)).flatMap(({ kind, payload }) =>
    kind === "log" ? [String((payload as { message: unknown }).message)] : [],
  );
  return { run, losses, log };
}

test("auto says in the run's log what it takes and why nothing else, and that is what the record shows", async () => {
  const { run, log } = await runOn("auto");
  expect(run.status).toBe("completed");
  expect(log).toContainEqual(expect.stringMatching(new RegExp(`^Device auto takes ${run.device}\\.`)));
});

test.skipIf(closed !== null)("a run on WebGPU is one, and takes the CPU's course", async () => {
  const cpu = await runOn("cpu");
  const webgpu = await runOn("webgpu");
  expect(webgpu.run).toMatchObject({ status: "completed", exitMessage: null, device: "webgpu", step: STEPS });
  expect(webgpu.losses).toHaveLength(cpu.losses.length);
  for (const [i, loss] of webgpu.losses.entries())
    expect(Math.abs(loss - (cpu.losses[i] ?? 0)), `step ${i}`).toBeLessThanOrEqual(1e-3);
});

test.skipIf(deviceObstacle("cuda") === null)(
  "a named device that is not there fails the run in one sentence",
  async () => {
    const { run, losses } = await runOn("cuda");
    expect(run).toMatchObject({ status: "failed", device: null });
    expect(run.exitMessage).toMatch(/^The device "cuda" cannot be opened here: .* Or choose "cpu" or "auto"\.$/);
    expect(losses).toEqual([]);
  },
);
