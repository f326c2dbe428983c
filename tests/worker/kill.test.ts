import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunView } from "@/lib/contracts/views";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { getHealth } from "@/lib/services/system/get-health";
import { findTrainers } from "@/workers/supervisor/end-old-trainers";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { waitFor } from "../helpers/wait-for";

const FIXTURE = fileURLToPath(new URL("fixtures/worker-process.ts", import.meta.url));
/** Leases last 15 s; a clock this much later sees a dead worker's run as lost without waiting for it. */
const LEASE_OVER_MS = 16_000;

describe.each(TEST_DATABASES)("kill -9 on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  const workers: ChildProcess[] = [];

  beforeEach(async () => {
    ctx = await openTestContext(kind);
    datasetId = await addDataset(ctx.db);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await end(worker, "SIGKILL");
    await ctx.close();
  });

  const startWorker = (device = "cpu"): ChildProcess => {
    const worker = spawn(process.execPath, ["--import", "tsx", FIXTURE], {
      env: {
        ...process.env,
        DATABASE_URL: ctx.databaseUrl,
        CODETUNE_HOME: ctx.paths.home,
        LOG_LEVEL: "warn",
        TEST_DEVICE: device,
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    workers.push(worker);
    return worker;
  };
  const end = (worker: ChildProcess, signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
      worker.once("exit", () => resolve());
      worker.kill(signal);
    });
  const queue = async (script: Record<string, unknown>) => {
    const runId = await addRun(ctx.db, { datasetId });
    await mkdir(join(ctx.paths.runs, runId), { recursive: true });
    await writeFile(join(ctx.paths.runs, runId, "script.json"), JSON.stringify(script));
    return runId;
  };
  const until = (runId: string, look: (run: RunView) => boolean) =>
    waitFor(runId, async () => {
      const run = await getRun(ctx, { runId });
      return look(run) && run;
    });
  const specPath = (runId: string) => join(ctx.paths.runs, runId, "spec.json");
  const everyStep = (last: number) => Array.from({ length: last + 1 }, (_, step) => step);
  const steps = async (runId: string) => (await listMetrics(ctx, { runId })).map(({ step }) => step);

  it("of the worker: the run shows as interrupted, reading writes nothing, and a resume loses and doubles no step", async () => {
    const runId = await queue({ steps: 60, stepMs: 30 });
    const worker = startWorker();
    await until(runId, ({ step }) => step >= 12);
    await end(worker, "SIGKILL");
    const committed = await steps(runId);

    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    const lost = await getRun(ctx, { runId });
    expect(lost).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(lost.exitMessage).toContain("resume");
    expect((await getHealth(ctx)).status).toBe("ok");
    const eventsBefore = await listRunEvents(ctx, { runId, afterSeq: 0, limit: 5000 });
    await getRun(ctx, { runId });
    expect(await listRunEvents(ctx, { runId, afterSeq: 0, limit: 5000 })).toEqual(eventsBefore);
    expect((await steps(runId)).slice(0, committed.length)).toEqual(committed);

    // The trainer sees that its parent is gone, and ends with a checkpoint.
    await waitFor("the end of the orphan", async () => (await findTrainers(specPath(runId))).length === 0);
    await resumeRun(ctx, { runId });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    startWorker();
    expect(await until(runId, ({ status }) => status === "completed" || status === "failed")).toMatchObject({
      status: "completed",
      step: 60,
    });
    expect(await steps(runId)).toEqual(everyStep(60));
    const seqs = (await listRunEvents(ctx, { runId, afterSeq: 0, limit: 5000 })).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it("of the worker, with a trainer that will not go: the next worker ends it before it starts another", async () => {
    const runId = await queue({ steps: 100_000, stepMs: 20, ignoreStop: true });
    const worker = startWorker();
    await until(runId, ({ step }) => step >= 3);
    const [orphan] = await findTrainers(specPath(runId));
    expect(orphan).toBeTypeOf("number");
    // Stopped, so that it can't notice that its parent is gone.
    process.kill(orphan as number, "SIGSTOP");
    await end(worker, "SIGKILL");
    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    await resumeRun(ctx, { runId });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    await writeFile(join(ctx.paths.runs, runId, "script.json"), JSON.stringify({ steps: 10 }));
    startWorker();
    const run = await until(runId, ({ status }) => status === "completed" || status === "failed");
    expect(run.status).toBe("completed");
    expect(await findTrainers(specPath(runId))).not.toContain(orphan);
  });

  it("of the trainer: the run fails with the likely cause and resumes without a gap", async () => {
    const runId = await queue({ steps: 40, stepMs: 30 });
    startWorker();
    await until(runId, ({ step }) => step >= 7);
    const [trainer] = await findTrainers(specPath(runId));
    process.kill(trainer as number, "SIGKILL");
    const failed = await until(runId, ({ status }) => status === "failed");
    expect(failed.exitCause).toBe("out_of_memory");
    expect(failed.exitMessage).toMatch(/most likely/);
    await resumeRun(ctx, { runId });
    await until(runId, ({ status }) => status === "completed");
    expect(await steps(runId)).toEqual(everyStep(40));
  });

  it("nowhere: several workers share a queue, and each run is trained exactly once", async () => {
    const runIds: string[] = [];
    for (let i = 0; i < 9; i++) runIds.push(await queue({ steps: 3, stepMs: 5 }));
    for (const device of ["cpu-a", "cpu-b", "cpu-c"]) startWorker(device);
    for (const runId of runIds) {
      await until(runId, ({ status }) => status === "completed");
      const hellos = (await listRunEvents(ctx, { runId, afterSeq: 0, limit: 100 })).filter(
        (event) => event.kind === "hello",
      );
      expect(hellos).toHaveLength(1);
      expect(await steps(runId)).toEqual(everyStep(3));
    }
  });

  it("of nobody: a worker that is told to end checkpoints, leaves the run interrupted and exits cleanly", async () => {
    const runId = await queue({ steps: 100_000 });
    const worker = startWorker();
    await until(runId, ({ step }) => step >= 3);
    await end(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
    expect(await getRun(ctx, { runId })).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(await findTrainers(specPath(runId))).toEqual([]);
    await expect(stopRun(ctx, { runId })).resolves.toMatchObject({ status: "interrupted" });
  });
});
