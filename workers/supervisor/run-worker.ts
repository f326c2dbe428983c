/** @file The worker's life: report, clean up after the dead, take the next run, train it, again; data jobs beside it. */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { childEntry } from "@/lib/config/child-entry";
import { newId } from "@/lib/contracts/ids";
import { claimNextRun } from "@/lib/db/repositories/run-leases";
import { findRun, listQueuedRunIds, type RunRecord } from "@/lib/db/repositories/runs";
import { deleteWorker } from "@/lib/db/repositories/workers";
import type { ServiceContext } from "@/lib/services/context";
import type { ExecuteJobOptions } from "./execute-job";
import { type ExecuteOptions, executeRun } from "./execute-run";
import { JobLane } from "./job-lane";
import { beat, HEARTBEAT_MS, LEASE_MS, type WorkerIdentity } from "./lease-keeper";
import { prepareRun } from "./prepare-run";
import { sweepWorkFolders } from "./sweep-work-folders";

const POLL_MS = 500;

export interface WorkerOptions extends Partial<Omit<ExecuteOptions & ExecuteJobOptions, "owner" | "shutdown">> {
  /** Shown in the overview; runs on one host and device wait for each other. */
  device?: string;
  /** After this run no other is taken: the worker was started for its sake and is about to be ended. */
  lastRunId?: string | undefined;
  /** Only this data job is taken, and no run. */
  onlyJobId?: string | undefined;
  /** Ends the worker: the run at hand is checkpointed and marked interrupted. */
  shutdown: AbortSignal;
}

export async function runWorker(ctx: ServiceContext, options: WorkerOptions): Promise<void> {
  const { shutdown, device = "auto", lastRunId, onlyJobId, ...overrides } = options;
  const worker: WorkerIdentity = { id: newId("wrk"), hostname: hostname(), pid: process.pid, device };
  const execution: ExecuteOptions & ExecuteJobOptions = {
    owner: worker.id,
    trainerEntry: () => childEntry("onnx-trainer"),
    jobEntry: () => childEntry("data-job"),
    prepareRun,
    stopPatience: { stopMs: 60_000, termMs: 10_000 },
    shutdownPatience: { stopMs: 15_000, termMs: 3_000 },
    oldTrainerPatience: { waitMs: 20_000, termMs: 5_000 },
    ...overrides,
    shutdown,
  };
  let runId: string | undefined;
  let isDone = onlyJobId !== undefined;
  // One that is about to be ended begins no job.
  const lane = lastRunId === undefined ? new JobLane(ctx, { ...execution, only: onlyJobId }) : null;
  const report = () =>
    beat(ctx, worker, { runId, jobIds: lane?.jobIds ?? [] }).catch((error: unknown) =>
      ctx.log.error({ error }, "the worker could not report"),
    );
  await report();
  const heartbeat = setInterval(report, HEARTBEAT_MS);
  ctx.log.info({ worker: worker.id, device }, "the worker is ready");
  const jobs = lane?.run();
  await sweepWorkFolders(ctx).catch((error: unknown) =>
    ctx.log.warn({ error }, "old work folders could not be removed"),
  );
  try {
    while (!shutdown.aborted) {
      const record: RunRecord | null = isDone
        ? null
        : await claim(ctx, worker).catch((error: unknown) => {
            ctx.log.error({ error }, "the queue could not be read");
            return null;
          });
      if (record === null) await sleep(POLL_MS, undefined, { signal: shutdown }).catch(() => {});
      else {
        runId = record.run.id;
        await executeSafely(ctx, record, execution);
        isDone = runId === lastRunId;
        runId = undefined;
      }
    }
  } finally {
    await jobs;
    clearInterval(heartbeat);
    await ctx.db.transaction((tx) => deleteWorker(tx, worker.id)).catch(() => {});
  }
}

/** A look first, because a claim takes the write lock even when there is nothing to take. */
async function claim(ctx: ServiceContext, worker: WorkerIdentity): Promise<RunRecord | null> {
  if ((await listQueuedRunIds(ctx.db)).length === 0) return null;
  const now = ctx.now();
  const lease = {
    owner: worker.id,
    deviceKey: `${worker.hostname}/${worker.device}`,
    expiresAt: new Date(now.getTime() + LEASE_MS),
    now,
  };
  const row = await ctx.db.transaction((tx) => claimNextRun(tx, lease));
  return row === null ? null : findRun(ctx.db, row.id);
}

/** What goes wrong with one run must not end the worker. Where its end can't be written, its lease runs out. */
async function executeSafely(ctx: ServiceContext, record: RunRecord, options: ExecuteOptions): Promise<void> {
  try {
    await executeRun(ctx, record, options);
  } catch (error) {
    ctx.log.error({ error, runId: record.run.id }, "the end of a run could not be written");
  }
}
