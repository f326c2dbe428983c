/** @file Keeps a claimed run ours: renews the lease in time, and tells when it is lost or a stop is wished. */
import { interruptExpiredRuns, renewLease } from "@/lib/db/repositories/run-leases";
import { findRunStatus } from "@/lib/db/repositories/runs";
import { deleteWorkersBefore, recordHeartbeat } from "@/lib/db/repositories/workers";
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

/** Reports the worker, and marks runs of dead ones as interrupted; not `runId`, which this worker is training. */
export async function beat(ctx: ServiceContext, worker: WorkerIdentity, runId: string | undefined): Promise<void> {
  const now = ctx.now();
  const interrupted = await ctx.db.transaction(async (tx) => {
    await recordHeartbeat(tx, { ...worker, heartbeatAt: now });
    await deleteWorkersBefore(tx, new Date(now.getTime() - FORGET_WORKERS_MS));
    return interruptExpiredRuns(tx, now, { except: runId });
  });
  if (interrupted.length > 0) ctx.log.warn({ runs: interrupted }, "runs of a lost worker are interrupted");
}

/** Until the returned function is called. Errors of the database are logged; the lease then runs out by itself. */
export function keepLease(ctx: ServiceContext, owner: string, runId: string, events: LeaseEvents): () => void {
  let isOver = false;
  const guard = (work: () => Promise<void>) => () => {
    if (!isOver) work().catch((error: unknown) => ctx.log.error({ error, runId }, "the lease could not be renewed"));
  };
  const lose = () => {
    if (!isOver) events.onLost();
    isOver = true;
  };
  const renew = guard(async () => {
    const expiresAt = new Date(ctx.now().getTime() + LEASE_MS);
    const status = await ctx.db.transaction((tx) => renewLease(tx, { runId, owner, expiresAt }));
    if (status === null) lose();
  });
  const watch = guard(async () => {
    const run = await findRunStatus(ctx.db, runId);
    if (isOver) return;
    if (run?.leaseOwner !== owner) lose();
    else if (run.status === "stopping") events.onStopWished();
  });
  const timers = [setInterval(renew, HEARTBEAT_MS), setInterval(watch, WATCH_MS)];
  return () => {
    isOver = true;
    for (const timer of timers) clearInterval(timer);
  };
}
