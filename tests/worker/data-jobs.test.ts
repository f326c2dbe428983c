/** @file Data jobs by real workers and real child processes, ended in every way there is. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { cancelJob } from "@/lib/services/jobs/cancel-job";
import { createJob } from "@/lib/services/jobs/create-job";
import { getJob } from "@/lib/services/jobs/get-job";
import { listJobs } from "@/lib/services/jobs/list-jobs";
import { resumeJob } from "@/lib/services/jobs/resume-job";
import { findTrainers } from "@/workers/supervisor/end-old-trainers";
import { sweepWorkFolders } from "@/workers/supervisor/sweep-work-folders";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset } from "../helpers/run-fixtures";
import { untilJob } from "../helpers/run-job";
import { untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { waitFor } from "../helpers/wait-for";
import { queueScriptedRun } from "./fixtures/queue-scripted-run";
import { endProcess, LEASE_OVER_MS, startWorkerProcess } from "./fixtures/worker-processes";

const WORKER = {
  execPath: process.execPath,
  args: ["--import", "tsx", fileURLToPath(new URL("fixtures/worker-process.ts", import.meta.url))],
  cwd: process.cwd(),
};
/** Enough for a second or two of work. */
const ROWS = 150_000;

describe.each(TEST_DATABASES)("data jobs on %s", (kind) => {
  let ctx: TestContext;
  const workers: ChildProcess[] = [];

  beforeEach(async () => {
    ctx = await openTestContext(kind);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await endProcess(worker, "SIGKILL");
    await ctx.close();
  });

  const startWorker = (): ChildProcess => {
    const worker = startWorkerProcess(ctx, WORKER, { CODETUNE_DATA_ROOTS: ctx.paths.home });
    workers.push(worker);
    return worker;
  };
  const orderPath = (jobId: string) => join(ctx.paths.jobs, jobId, "order.json");

  async function queueBuild(name: string, rows = ROWS): Promise<string> {
    const path = join(ctx.paths.home, `${name}.jsonl`);
    const file = createWriteStream(path);
    for (let i = 0; i < rows; i++) {
      const text =
        `export function f${i}(values: number[]) {\n  return values.map((value) => value * ${i});\n}\n`.repeat(3);
      if (!file.write(`${JSON.stringify({ text })}\n`)) await once(file, "drain");
    }
    file.end();
    await once(file, "close");
    return (await createJob(ctx, { spec: { kind: "dataset-build", name, source: { kind: "jsonl", path } } })).id;
  }
  const underWay = (jobId: string) =>
    untilJob(ctx, jobId, ({ status, progress }) => status === "running" && (progress?.done ?? 0) > 0);
  const datasetFolders = () => readdir(ctx.paths.datasets).catch(() => []);

  async function expectWhole(jobId: string, name: string): Promise<void> {
    const job = await untilJob(ctx, jobId, ({ status }) => status === "completed" || status === "failed");
    expect(job).toMatchObject({ status: "completed", error: null, result: { kind: "dataset", name } });
    const datasets = await listDatasets(ctx);
    expect(datasets).toHaveLength(1);
    expect(datasets[0]).toMatchObject({ id: job.result?.id, name, version: 1, stats: { documents: ROWS } });
    expect(await datasetFolders()).toEqual([job.result?.id]);
    const summary = await readDatasetSummary(join(ctx.paths.datasets, String(job.result?.id)));
    expect(summary.contentHash).toBe(datasets[0]?.contentHash);
    expect(await readdir(join(ctx.paths.jobs, jobId))).not.toContain("work");
  }

  it("kill -9 of the child: it failed with the likely cause, nothing is left, and resume makes it whole", async () => {
    const jobId = await queueBuild("child");
    startWorker();
    await underWay(jobId);
    const [child] = await findTrainers(orderPath(jobId));
    process.kill(child as number, "SIGKILL");
    const failed = await untilJob(ctx, jobId, ({ status }) => status === "failed");
    expect(failed.error).toMatch(/most likely because memory ran out/);
    expect(failed.result).toBeNull();
    expect(await listDatasets(ctx)).toEqual([]);
    await waitFor("an empty folder", async () => (await datasetFolders()).length === 0);
    await resumeJob(ctx, { jobId });
    await expectWhole(jobId, "child");
  });

  it("kill -9 of the worker: it shows as interrupted, the child ends by itself, and another worker makes it whole", async () => {
    const jobId = await queueBuild("worker");
    const worker = startWorker();
    await underWay(jobId);
    await endProcess(worker, "SIGKILL");
    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    const lost = await getJob(ctx, { jobId });
    expect(lost).toMatchObject({ status: "interrupted", result: null });
    expect(lost.error).toContain("resume");
    expect(await listDatasets(ctx)).toEqual([]);
    await waitFor("the end of the orphan", async () => (await findTrainers(orderPath(jobId))).length === 0);
    await resumeJob(ctx, { jobId });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    startWorker();
    await expectWhole(jobId, "worker");
  });

  it("cancel and a worker's shutdown leave nothing behind, and resume makes it whole", async () => {
    const jobId = await queueBuild("cancelled");
    const worker = startWorker();
    await underWay(jobId);
    expect((await cancelJob(ctx, { jobId })).status).toBe("cancelling");
    const cancelled = await untilJob(ctx, jobId, ({ status }) => status === "cancelled");
    expect(cancelled).toMatchObject({ error: null, result: null });
    await waitFor("an empty folder", async () => (await datasetFolders()).length === 0);
    await resumeJob(ctx, { jobId });
    await underWay(jobId);
    await endProcess(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
    const interrupted = await getJob(ctx, { jobId });
    expect(interrupted).toMatchObject({ status: "interrupted", result: null });
    expect(interrupted.error).toMatch(/worker was shut down; resume/);
    expect(await datasetFolders()).toEqual([]);
    await resumeJob(ctx, { jobId });
    startWorker();
    await expectWhole(jobId, "cancelled");
  });

  it("keep their work folder for a week after they were given up, and no longer", async () => {
    const work = async (name: string, endedAt: Date) => {
      const jobId = await queueBuild(name, 1);
      await cancelJob(ctx, { jobId });
      const { dataJobs } = ctx.db.tables;
      await ctx.db.transaction((tx) => tx.orm.update(dataJobs).set({ endedAt }).where(eq(dataJobs.id, jobId)));
      await mkdir(join(ctx.paths.jobs, jobId, "work"), { recursive: true });
      return join(ctx.paths.jobs, jobId);
    };
    const day = 24 * 60 * 60 * 1000;
    const recent = await work("recent", new Date(Date.now() - 6 * day));
    const old = await work("old", new Date(Date.now() - 8 * day));
    await sweepWorkFolders(ctx);
    expect([await readdir(recent), await readdir(old)]).toEqual([["work"], []]);
  });

  it("go on beside a training run, and two workers do each job once", async () => {
    const runId = await queueScriptedRun(ctx, await addDataset(ctx.db), { steps: 100_000, stepMs: 20 });
    startWorker();
    startWorker();
    await untilRun(ctx, runId, ({ step }) => step >= 1);
    const jobIds: string[] = [];
    for (let i = 0; i < 5; i++) jobIds.push(await queueBuild(`job-${i}`, 20));
    for (const jobId of jobIds) {
      const { status, result } = await untilJob(
        ctx,
        jobId,
        (job) => job.status === "completed" || job.status === "failed",
      );
      expect([status, result?.kind]).toEqual(["completed", "dataset"]);
    }
    expect(await untilRun(ctx, runId, () => true)).toMatchObject({ status: "running" });
    const made = (await listDatasets(ctx)).filter(({ name }) => name.startsWith("job-"));
    expect(made.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
    expect((await datasetFolders()).sort()).toEqual(made.map(({ id }) => id).sort());
    expect((await listJobs(ctx)).map(({ status }) => status)).toEqual(Array(5).fill("completed"));
  });
});
