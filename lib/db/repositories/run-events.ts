/** @file What happened in a run, in commit order. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { RunEventView } from "@/lib/contracts/views";
import type { Reader, Tables, Tx } from "../types";

export type RunEventRow = Tables["runEvents"]["$inferSelect"];

export interface NewRunEvent {
  kind: RunEventView["kind"];
  payload: Record<string, unknown>;
  createdAt: Date;
}

/** The next number of a run. The update locks the run's row until commit, so a later number never appears first. */
export const nextEventSeq = (tx: Reader) => sql`${tx.tables.runs.eventSeq} + 1`;

/** `seq` comes from an update of the run in the same transaction that set `eventSeq: nextEventSeq(tx)`. */
export async function insertRunEvent(tx: Tx, runId: string, seq: number, event: NewRunEvent): Promise<void> {
  await tx.orm.insert(tx.tables.runEvents).values({ runId, seq, ...event });
}

export async function listRunEvents(
  db: Reader,
  { runId, afterSeq, limit }: { runId: string; afterSeq: number; limit: number },
): Promise<RunEventRow[]> {
  const { runEvents } = db.tables;
  return db.orm
    .select()
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, afterSeq)))
    .orderBy(asc(runEvents.seq))
    .limit(limit);
}
