/** @file Which worker holds which run, and for how long. */
import { and, asc, eq, exists, gt, inArray, lt, ne, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { ACTIVE_STATUSES, type RunStatus } from "@/lib/contracts/run-status";
import type { Tx } from "../types";
import { insertRunEvent, nextEventSeq } from "./run-events";
import { changeRunStatus } from "./run-transitions";
import type { RunRow } from "./runs";

export interface Lease {
  owner: string;
  deviceKey: string;
  expiresAt: Date;
  now: Date;
}

/**
 * Takes the first run of the queue, unless the device is busy. One statement on both databases: of several workers that
 * see the same first run, the update of one finds it still queued.
 */
export async function claimNextRun(tx: Tx, lease: Lease): Promise<RunRow | null> {
  const { runs } = tx.tables;
  const other = alias(runs, "other");
  const first = tx.orm
    .select({ id: runs.id })
    .from(runs)
    .where(eq(runs.status, "queued"))
    .orderBy(asc(runs.queuedAt), asc(runs.id))
    .limit(1);
  const busy = tx.orm
    .select({ id: other.id })
    .from(other)
    .where(
      and(
        eq(other.deviceKey, lease.deviceKey),
        inArray(other.status, [...ACTIVE_STATUSES]),
        gt(other.leaseExpiresAt, lease.now),
      ),
    );
  const [row] = await tx.orm
    .update(runs)
    .set({
      status: "preparing",
      leaseOwner: lease.owner,
      leaseExpiresAt: lease.expiresAt,
      deviceKey: lease.deviceKey,
      attempts: sql`${runs.attempts} + 1`,
      startedAt: sql`coalesce(${runs.startedAt}, ${sql.param(lease.now, runs.startedAt)})`,
      activeSinceMs: lease.now.getTime(),
      endedAt: null,
      exitCause: null,
      exitMessage: null,
      eventSeq: nextEventSeq(tx),
      updatedAt: lease.now,
    })
    .where(and(eq(runs.status, "queued"), inArray(runs.id, first), not(exists(busy))))
    .returning();
  if (row === undefined) return null;
  const payload = { status: "preparing", attempt: row.attempts };
  await insertRunEvent(tx, row.id, row.eventSeq, { kind: "status", payload, createdAt: lease.now });
  return row;
}

/** The status of the run, so that its worker sees `stopping`; null means that the lease is lost. */
export async function renewLease(
  tx: Tx,
  { runId, owner, expiresAt }: { runId: string; owner: string; expiresAt: Date },
): Promise<RunStatus | null> {
  const { runs } = tx.tables;
  const [row] = await tx.orm
    .update(runs)
    .set({ leaseExpiresAt: expiresAt })
    .where(and(eq(runs.id, runId), eq(runs.leaseOwner, owner), inArray(runs.status, [...ACTIVE_STATUSES])))
    .returning({ status: runs.status });
  return row?.status ?? null;
}

export const LOST_WORKER_MESSAGE = "The worker of this run stopped answering; resume goes on from the last checkpoint.";

/**
 * Marks runs whose lease ran out as interrupted: all, one, or all but the one that the asking worker holds (it may come
 * back after the database was away). Returns their ids.
 */
export async function interruptExpiredRuns(
  tx: Tx,
  now: Date,
  which: { only?: string; except?: string | undefined } = {},
): Promise<string[]> {
  const { runs } = tx.tables;
  const expired = await tx.orm
    .select({ id: runs.id, status: runs.status, leaseExpiresAt: runs.leaseExpiresAt })
    .from(runs)
    .where(
      and(
        inArray(runs.status, [...ACTIVE_STATUSES]),
        lt(runs.leaseExpiresAt, now),
        which.only === undefined ? undefined : eq(runs.id, which.only),
        which.except === undefined ? undefined : ne(runs.id, which.except),
      ),
    );
  const interrupted: string[] = [];
  for (const { id, status, leaseExpiresAt } of expired) {
    // A worker that came back meanwhile has renewed its lease: compare again in the update.
    const set = {
      exitCause: "lost_worker" as const,
      exitMessage: LOST_WORKER_MESSAGE,
      leaseOwner: null,
      leaseExpiresAt: null,
      endedAt: now,
    };
    const row = await changeRunStatus(tx, {
      runId: id,
      from: [status],
      to: "interrupted",
      set,
      now,
      leaseExpiredAt: now,
      // Nobody knows what became of it since.
      activeUntil: leaseExpiresAt,
    });
    if (row !== null) interrupted.push(id);
  }
  return interrupted;
}
