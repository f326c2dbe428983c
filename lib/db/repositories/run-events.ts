/** @file What happened in a run, in commit order. */
import { and, asc, desc, eq, gt, inArray, sql } from "drizzle-orm";
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

export interface RunEventQuery {
  runId: string;
  afterSeq: number;
  limit: number;
  /** Only these; all of them without it. */
  kinds?: readonly RunEventView["kind"][] | undefined;
  /** Where there are more than `limit`: the oldest of them unless said otherwise. */
  keep?: "oldest" | "newest" | undefined;
}

/** Oldest first. */
export async function listRunEvents(
  db: Reader,
  { runId, afterSeq, limit, kinds, keep = "oldest" }: RunEventQuery,
): Promise<RunEventRow[]> {
  const { runEvents } = db.tables;
  const isAsked = and(
    eq(runEvents.runId, runId),
    gt(runEvents.seq, afterSeq),
    kinds === undefined ? undefined : inArray(runEvents.kind, [...kinds]),
  );
  const rows = await db.orm
    .select()
    .from(runEvents)
    .where(isAsked)
    .orderBy(keep === "newest" ? desc(runEvents.seq) : asc(runEvents.seq))
    .limit(limit);
  return keep === "newest" ? rows.reverse() : rows;
}
