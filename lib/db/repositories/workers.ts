/** @file Workers that are alive, or were. */
import { desc, eq, lt } from "drizzle-orm";
import type { Reader, Tables, Tx } from "../types";

export type WorkerRow = Tables["workers"]["$inferSelect"];

export async function recordHeartbeat(tx: Tx, worker: Omit<WorkerRow, "startedAt">): Promise<void> {
  const { workers } = tx.tables;
  await tx.orm
    .insert(workers)
    .values({ ...worker, startedAt: worker.heartbeatAt })
    .onConflictDoUpdate({ target: workers.id, set: { heartbeatAt: worker.heartbeatAt, device: worker.device } });
}

/** The one that reported last comes first. */
export async function listWorkers(db: Reader): Promise<WorkerRow[]> {
  const { workers } = db.tables;
  return db.orm.select().from(workers).orderBy(desc(workers.heartbeatAt), desc(workers.id));
}

/** When a worker last reported; null when there is none. */
export async function findNewestHeartbeat(db: Reader): Promise<Date | null> {
  const { workers } = db.tables;
  const [row] = await db.orm
    .select({ heartbeatAt: workers.heartbeatAt })
    .from(workers)
    .orderBy(desc(workers.heartbeatAt))
    .limit(1);
  return row?.heartbeatAt ?? null;
}

/** A worker that ends in good order signs off, so that nobody waits for its next heartbeat. */
export async function deleteWorker(tx: Tx, workerId: string): Promise<void> {
  await tx.orm.delete(tx.tables.workers).where(eq(tx.tables.workers.id, workerId));
}

export async function deleteWorkersBefore(tx: Tx, instant: Date): Promise<void> {
  await tx.orm.delete(tx.tables.workers).where(lt(tx.tables.workers.heartbeatAt, instant));
}
