/** @file Keeps a claimed run or data job ours: renews the lease in time, and tells when it is lost or a stop is wished. */
import { interruptExpiredDataJobs, renewDataJobLease } from "@/lib/db/repositories/data-job-leases";
import { findDataJob } from "@/lib/db/repositories/data-jobs";
import { interruptExpiredRuns, renewLease } from "@/lib/db/repositories/run-leases";
import { findRunStatus } from "@/lib/db/repositories/runs";
import { deleteWorkersBefore, recordHeartbeat } from "@/lib/db/repositories/workers";
import type { Reader, Tx } from "@/lib/db/types";
import type { ServiceContext } from "@/lib/services/context";

export const LEASE_MS = 15_000;
export const HEARTBEAT_MS = 5_000;
const WATCH_MS = 500;
const FORGET_WORKERS_MS = 24 * 60 * 60 * 1000;

export interface WorkerIdentity {
  id: string;
  hostname: string;
  pid: number;
  device: string;
}

export interface LeaseEvents {
  onStopWished(): void;
  onLost(): void;
}

/** What the asking worker is at work on itself. */
export interface Held {
  runId: string | undefined;
  jobIds: readonly string[];
}

/** Reports the worker, and marks runs and jobs of dead ones as interrupted; not those that this worker holds. */
export async function beat(ctx: ServiceContext, worker: WorkerIdentity, held: Held): Promise<void> {
  const now = ctx.now();
  const interrupted = await ctx.db.transaction(async (tx) => {
    await recordHeartbeat(tx, { ...worker, heartbeatAt: now });
    await deleteWorkersBefore(tx, new Date(now.getTime() - FORGET_WORKERS_MS));
    const runs = await interruptExpiredRuns(tx, now, { except: held.runId });
    return [...runs, ...(await interruptExpiredDataJobs(tx, now, { except: held.jobIds }))];
  });
  if (interrupted.length > 0) ctx.log.warn({ interrupted }, "what a lost worker held is interrupted");
}

/** What a worker holds: a run or a data job. */
export interface Lease {
  /** For the log. */
  name: string;
  owner: string;
  /** False when it is another's. */
  renew(tx: Tx, expiresAt: Date): Promise<boolean>;
  find(db: Reader): Promise<{ leaseOwner: string | null; isStopWished: boolean } | null>;
}

export const runLease = (owner: string, runId: string): Lease => ({
  name: runId,
  owner,
  renew: async (tx, expiresAt) => (await renewLease(tx, { runId, owner, expiresAt })) !== null,
  find: async (db) => {
    const run = await findRunStatus(db, runId);
    return run && { leaseOwner: run.leaseOwner, isStopWished: run.status === "stopping" };
  },
});

export const dataJobLease = (owner: string, jobId: string): Lease => ({
  name: jobId,
  owner,
  renew: async (tx, expiresAt) => (await renewDataJobLease(tx, { jobId, owner, expiresAt })) !== null,
  find: async (db) => {
    const job = await findDataJob(db, jobId);
    return job && { leaseOwner: job.leaseOwner, isStopWished: job.status === "cancelling" };
  },
});

/** Until the returned function is called. Errors of the database are logged; the lease then runs out by itself. */
export function keepLease(ctx: ServiceContext, lease: Lease, events: LeaseEvents): () => void {
  let isOver = false;
  const guard = (work: () => Promise<void>) => () => {
    const say = (error: unknown) => ctx.log.error({ error, lease: lease.name }, "the lease could not be renewed");
    if (!isOver) work().catch(say);
  };
  const lose = () => {
    if (!isOver) events.onLost();
    isOver = true;
  };
  const renew = guard(async () => {
    const expiresAt = new Date(ctx.now().getTime() + LEASE_MS);
    if (!(await ctx.db.transaction((tx) => lease.renew(tx, expiresAt)))) lose();
  });
  const watch = guard(async () => {
    const held = await lease.find(ctx.db);
    if (isOver) return;
    if (held?.leaseOwner !== lease.owner) lose();
    else if (held.isStopWished) events.onStopWished();
  });
  const timers = [setInterval(renew, HEARTBEAT_MS), setInterval(watch, WATCH_MS)];
  return () => {
    isOver = true;
    for (const timer of timers) clearInterval(timer);
  };
}
