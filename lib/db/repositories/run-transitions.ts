/** @file Status changes: a compare-and-set on the old status, and the event that tells of it. */
import { and, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import { ACTIVE_STATUSES, RUN_TRANSITIONS, type RunStatus } from "@/lib/contracts/run-status";
import type { Tables, Tx } from "../types";
import { insertRunEvent, nextEventSeq } from "./run-events";
import type { RunRow } from "./runs";

export interface RunTransition {
  runId: string;
  from: readonly RunStatus[];
  to: RunStatus;
  /** When given, only this worker may make the change. */
  leaseOwner?: string;
  /** When given, only if the lease ran out before this instant. */
  leaseExpiredAt?: Date;
  /** Columns that change along. */
  set?: Partial<Omit<Tables["runs"]["$inferInsert"], "id" | "status" | "eventSeq" | "activeMs" | "activeSinceMs">>;
  now: Date;
  /** When the attempt at hand was over, if that was before `now`. */
  activeUntil?: Date | null;
}

/** Adds the attempt at hand to the time that the run was worked on. A clock that was set back takes nothing away. */
function endOfAttempt({ runs }: Tables, until: Date) {
  const untilMs = sql.param(until.getTime(), runs.activeSinceMs);
  const added = sql`case when ${runs.activeSinceMs} < ${untilMs} then ${untilMs} - ${runs.activeSinceMs} else 0 end`;
  return { activeMs: sql`${runs.activeMs} + ${added}`, activeSinceMs: null };
}

/** The changed row, or null when the run was not in one of the `from` states, is deleted, or is another worker's. */
export async function changeRunStatus(tx: Tx, change: RunTransition): Promise<RunRow | null> {
  const { runId, from, to, leaseOwner, leaseExpiredAt, set, now, activeUntil } = change;
  const impossible = from.find((status) => !RUN_TRANSITIONS[status].includes(to));
  if (impossible !== undefined) throw new Error(`a run cannot go from ${impossible} to ${to}`);

  const { runs } = tx.tables;
  const [row] = await tx.orm
    .update(runs)
    .set({
      ...set,
      ...(ACTIVE_STATUSES.some((active) => active === to) ? {} : endOfAttempt(tx.tables, activeUntil ?? now)),
      status: to,
      eventSeq: nextEventSeq(tx),
      updatedAt: now,
    })
    .where(
      and(
        eq(runs.id, runId),
        inArray(runs.status, [...from]),
        // A deleted run rests: whatever was asked for while it was being deleted comes too late.
        isNull(runs.deletedAt),
        leaseOwner === undefined ? undefined : eq(runs.leaseOwner, leaseOwner),
        leaseExpiredAt === undefined ? undefined : lt(runs.leaseExpiresAt, leaseExpiredAt),
      ),
    )
    .returning();
  if (row === undefined) return null;
  const payload = { status: to, exitCause: row.exitCause, exitMessage: row.exitMessage };
  await insertRunEvent(tx, runId, row.eventSeq, { kind: "status", payload, createdAt: now });
  return row;
}
