import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getRun } from "@/lib/services/runs/get-run";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { getHealth } from "@/lib/services/system/get-health";
import { findTrainers } from "@/workers/supervisor/end-old-trainers";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset } from "../helpers/run-fixtures";
import { everyEvent, recordedSteps, stepsUpTo, untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { waitFor } from "../helpers/wait-for";
import { queueScriptedRun, writeScript } from "./fixtures/queue-scripted-run";
import { endProcess, LEASE_OVER_MS, startWorkerProcess } from "./fixtures/worker-processes";

const SCRIPTED_WORKER = {
  execPath: process.execPath,
  args: ["--import", "tsx", fileURLToPath(new URL("fixtures/worker-process.ts", import.meta.url))],
  cwd: process.cwd(),
};

describe.each(TEST_DATABASES)("kill -9 on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  const workers: ChildProcess[] = [];

  beforeEach(async () => {
    ctx = await openTestContext(kind);
    datasetId = await addDataset(ctx.db);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await endProcess(worker, "SIGKILL");
    await ctx.close();
  });

  const startWorker = (device = "cpu"): ChildProcess => {
    const worker = startWorkerProcess(ctx, SCRIPTED_WORKER, { TEST_DEVICE: device });
    workers.push(worker);
    return worker;
  };
  const queue = (script: Record<string, unknown>) => queueScriptedRun(ctx, datasetId, script);
  const specPath = (runId: string) => join(ctx.paths.runs, runId, "spec.json");

  it("of the worker: the run shows as interrupted, reading writes nothing, and a resume loses and doubles no step", async () => {
    const runId = await queue({ steps: 60, stepMs: 30 });
    const worker = startWorker();
    await untilRun(ctx, runId, ({ step }) => step >= 12);
    await endProcess(worker, "SIGKILL");
    const committed = await recordedSteps(ctx, runId);

    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    const lost = await getRun(ctx, { runId });
    expect(lost).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(lost.exitMessage).toContain("resume");
    expect((await getHealth(ctx)).status).toBe("ok");
    const eventsBefore = await everyEvent(ctx, runId);
    await getRun(ctx, { runId });
    expect(await everyEvent(ctx, runId)).toEqual(eventsBefore);
    expect((await recordedSteps(ctx, runId)).slice(0, committed.length)).toEqual(committed);

    // The trainer sees that its parent is gone, and ends with a checkpoint.
    await waitFor("the end of the orphan", async () => (await findTrainers(specPath(runId))).length === 0);
    await resumeRun(ctx, { runId });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    startWorker();
    expect(await untilRun(ctx, runId, ({ status }) => status === "completed" || status === "failed")).toMatchObject({
      status: "completed",
      step: 60,
    });
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(60));
    const seqs = (await everyEvent(ctx, runId)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it("of the worker, with a trainer that will not go: the next worker ends it before it starts another", async () => {
    const runId = await queue({ steps: 100_000, stepMs: 20, ignoreStop: true });
    const worker = startWorker();
    await untilRun(ctx, runId, ({ step }) => step >= 3);
    const [orphan] = await findTrainers(specPath(runId));
    expect(orphan).toBeTypeOf("number");
    // Stopped, so that it can't notice that its parent is gone.
    process.kill(orphan as number, "SIGSTOP");
    await endProcess(worker, "SIGKILL");
    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    await resumeRun(ctx, { runId });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    await writeScript(ctx, runId, { steps: 10 });
    startWorker();
    const run = await untilRun(ctx, runId, ({ status }) => status === "completed" || status === "failed");
    expect(run.status).toBe("completed");
    expect(await findTrainers(specPath(runId))).not.toContain(orphan);
  });

  it("of the trainer: the run fails with the likely cause and resumes without a gap", async () => {
    const runId = await queue({ steps: 40, stepMs: 30 });
    startWorker();
    await untilRun(ctx, runId, ({ step }) => step >= 7);
    const [trainer] = await findTrainers(specPath(runId));
    process.kill(trainer as number, "SIGKILL");
    const failed = await untilRun(ctx, runId, ({ status }) => status === "failed");
    expect(failed.exitCause).toBe("out_of_memory");
    expect(failed.exitMessage).toMatch(/most likely/);
    await resumeRun(ctx, { runId });
    await untilRun(ctx, runId, ({ status }) => status === "completed");
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(40));
  });

  it("nowhere: several workers share a queue, and each run is trained exactly once", async () => {
    const runIds: string[] = [];
    for (let i = 0; i < 9; i++) runIds.push(await queue({ steps: 3, stepMs: 5 }));
    for (const device of ["cpu-a", "cpu-b", "cpu-c"]) startWorker(device);
    for (const runId of runIds) {
      await untilRun(ctx, runId, ({ status }) => status === "completed");
      const hellos = (await everyEvent(ctx, runId)).filter((event) => event.kind === "hello");
      expect(hellos).toHaveLength(1);
      expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(3));
    }
  });

  it("of nobody: a worker that is told to end checkpoints, leaves the run interrupted and exits cleanly", async () => {
    const runId = await queue({ steps: 100_000 });
    const worker = startWorker();
    await untilRun(ctx, runId, ({ step }) => step >= 3);
    await endProcess(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
    expect(await getRun(ctx, { runId })).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(await findTrainers(specPath(runId))).toEqual([]);
    await expect(stopRun(ctx, { runId })).resolves.toMatchObject({ status: "interrupted" });
  });
});
