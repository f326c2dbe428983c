/** @file Background data jobs. Claims and leases are in `data-job-leases`. */
import { and, asc, desc, eq, inArray, lt } from "drizzle-orm";
import type { DataJobProgress, DataJobSpec } from "@/lib/contracts/data-job";
import {
  ACTIVE_JOB_STATUSES,
  DATA_JOB_STATUSES,
  DATA_JOB_TRANSITIONS,
  type DataJobStatus,
  isJobAtRest,
} from "@/lib/contracts/data-job-status";
import type { Reader, Tables, Tx } from "../types";

export type DataJobRow = Tables["dataJobs"]["$inferSelect"];

export interface NewDataJob {
  id: string;
  title: string;
  spec: DataJobSpec;
  targetId: string;
  createdAt: Date;
}

/** Queued. */
export async function insertDataJob(tx: Tx, job: NewDataJob): Promise<DataJobRow> {
  const { createdAt } = job;
  const [row] = await tx.orm
    .insert(tx.tables.dataJobs)
    .values({ ...job, queuedAt: createdAt, updatedAt: createdAt })
    .returning();
  if (row === undefined) throw new Error("the new job was not returned");
  return row;
}

export async function findDataJob(db: Reader, jobId: string): Promise<DataJobRow | null> {
  const [row] = await db.orm.select().from(db.tables.dataJobs).where(eq(db.tables.dataJobs.id, jobId));
  return row ?? null;
}

/** What waits or goes on first, then the newest. */
export async function listDataJobs(db: Reader, { limit }: { limit: number }): Promise<DataJobRow[]> {
  const { dataJobs } = db.tables;
  const unfinished = inArray(dataJobs.status, ["queued", ...ACTIVE_JOB_STATUSES]);
  return db.orm
    .select()
    .from(dataJobs)
    .orderBy(desc(unfinished), desc(dataJobs.createdAt), desc(dataJobs.id))
    .limit(limit);
}

/** Ids of waiting jobs in the order in which they will start. */
export async function listQueuedDataJobIds(db: Reader): Promise<string[]> {
  const { dataJobs } = db.tables;
  const rows = await db.orm
    .select({ id: dataJobs.id })
    .from(dataJobs)
    .where(eq(dataJobs.status, "queued"))
    .orderBy(asc(dataJobs.queuedAt), asc(dataJobs.id));
  return rows.map(({ id }) => id);
}

export interface DataJobTransition {
  jobId: string;
  from: readonly DataJobStatus[];
  to: DataJobStatus;
  /** When given, only this worker may make the change. */
  leaseOwner?: string;
  /** When given, only if the lease ran out before this instant. */
  leaseExpiredAt?: Date;
  /** Columns that change along. */
  set?: Partial<Omit<Tables["dataJobs"]["$inferInsert"], "id" | "status">>;
  now: Date;
}

/** The changed row, or null when the job was not in one of the `from` states or is another worker's. */
export async function changeDataJobStatus(tx: Tx, change: DataJobTransition): Promise<DataJobRow | null> {
  const { jobId, from, to, leaseOwner, leaseExpiredAt, set, now } = change;
  const impossible = from.find((status) => !DATA_JOB_TRANSITIONS[status].includes(to));
  if (impossible !== undefined) throw new Error(`a job cannot go from ${impossible} to ${to}`);
  const { dataJobs } = tx.tables;
  const [row] = await tx.orm
    .update(dataJobs)
    .set({ ...set, status: to, updatedAt: now })
    .where(
      and(
        eq(dataJobs.id, jobId),
        inArray(dataJobs.status, [...from]),
        leaseOwner === undefined ? undefined : eq(dataJobs.leaseOwner, leaseOwner),
        leaseExpiredAt === undefined ? undefined : lt(dataJobs.leaseExpiresAt, leaseExpiredAt),
      ),
    )
    .returning();
  return row ?? null;
}

/** False when `owner` does not hold the job. */
export async function recordDataJobProgress(
  tx: Tx,
  { jobId, owner, progress, now }: { jobId: string; owner: string; progress: DataJobProgress; now: Date },
): Promise<boolean> {
  const { dataJobs } = tx.tables;
  const rows = await tx.orm
    .update(dataJobs)
    .set({ progress, updatedAt: now })
    .where(
      and(eq(dataJobs.id, jobId), eq(dataJobs.leaseOwner, owner), inArray(dataJobs.status, [...ACTIVE_JOB_STATUSES])),
    )
    .returning({ id: dataJobs.id });
  return rows.length > 0;
}

/** Only one at rest; false when it is not, or is gone. */
export async function deleteDataJob(tx: Tx, jobId: string): Promise<boolean> {
  const { dataJobs } = tx.tables;
  const atRest = DATA_JOB_STATUSES.filter(isJobAtRest);
  const rows = await tx.orm
    .delete(dataJobs)
    .where(and(eq(dataJobs.id, jobId), inArray(dataJobs.status, atRest)))
    .returning({ id: dataJobs.id });
  return rows.length > 0;
}
