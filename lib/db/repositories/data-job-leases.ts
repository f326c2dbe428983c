/** @file Which worker holds which data job, and for how long. */
import { and, asc, eq, inArray, lt, notInArray, sql } from "drizzle-orm";
import { ACTIVE_JOB_STATUSES, type DataJobStatus } from "@/lib/contracts/data-job-status";
import type { Tx } from "../types";
import { changeDataJobStatus, type DataJobRow } from "./data-jobs";

export interface DataJobLease {
  owner: string;
  expiresAt: Date;
  now: Date;
  /** Take this one or none. */
  only?: string | undefined;
}

/** Takes the first job of the queue. One statement: of several workers that see the same job, one finds it still queued. */
export async function claimNextDataJob(
  tx: Tx,
  { owner, expiresAt, now, only }: DataJobLease,
): Promise<DataJobRow | null> {
  const { dataJobs } = tx.tables;
  const first = tx.orm
    .select({ id: dataJobs.id })
    .from(dataJobs)
    .where(and(eq(dataJobs.status, "queued"), only === undefined ? undefined : eq(dataJobs.id, only)))
    .orderBy(asc(dataJobs.queuedAt), asc(dataJobs.id))
    .limit(1);
  const [row] = await tx.orm
    .update(dataJobs)
    .set({
      status: "running",
      leaseOwner: owner,
      leaseExpiresAt: expiresAt,
      attempts: sql`${dataJobs.attempts} + 1`,
      startedAt: sql`coalesce(${dataJobs.startedAt}, ${sql.param(now, dataJobs.startedAt)})`,
      endedAt: null,
      error: null,
      progress: null,
      updatedAt: now,
    })
    .where(and(eq(dataJobs.status, "queued"), inArray(dataJobs.id, first)))
    .returning();
  return row ?? null;
}

/** The job's status; null means that the lease is lost. */
export async function renewDataJobLease(
  tx: Tx,
  { jobId, owner, expiresAt }: { jobId: string; owner: string; expiresAt: Date },
): Promise<DataJobStatus | null> {
  const { dataJobs } = tx.tables;
  const [row] = await tx.orm
    .update(dataJobs)
    .set({ leaseExpiresAt: expiresAt })
    .where(
      and(eq(dataJobs.id, jobId), eq(dataJobs.leaseOwner, owner), inArray(dataJobs.status, [...ACTIVE_JOB_STATUSES])),
    )
    .returning({ status: dataJobs.status });
  return row?.status ?? null;
}

export const LOST_JOB_MESSAGE = "The worker of this job stopped answering; resume goes on with what is there.";

/**
 * Marks jobs whose lease ran out as interrupted: all, one, or all but those that the asking worker holds. Returns their
 * ids.
 */
export async function interruptExpiredDataJobs(
  tx: Tx,
  now: Date,
  which: { only?: string; except?: readonly string[] } = {},
): Promise<string[]> {
  const { dataJobs } = tx.tables;
  const except = which.except ?? [];
  const expired = await tx.orm
    .select({ id: dataJobs.id, status: dataJobs.status })
    .from(dataJobs)
    .where(
      and(
        inArray(dataJobs.status, [...ACTIVE_JOB_STATUSES]),
        lt(dataJobs.leaseExpiresAt, now),
        which.only === undefined ? undefined : eq(dataJobs.id, which.only),
        except.length === 0 ? undefined : notInArray(dataJobs.id, [...except]),
      ),
    );
  const interrupted: string[] = [];
  for (const { id, status } of expired) {
    // A worker that came back meanwhile has renewed its lease: compare again in the update.
    const set = { error: LOST_JOB_MESSAGE, leaseOwner: null, leaseExpiresAt: null, endedAt: now };
    const row = await changeDataJobStatus(tx, {
      jobId: id,
      from: [status],
      to: "interrupted",
      set,
      now,
      leaseExpiredAt: now,
    });
    if (row !== null) interrupted.push(id);
  }
  return interrupted;
}
