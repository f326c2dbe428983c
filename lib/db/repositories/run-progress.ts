import { and, eq, inArray } from "drizzle-orm";
import { ACTIVE_STATUSES } from "@/lib/contracts/run-status";
import type { Tables, Tx } from "../types";
import { insertRunEvent, type NewRunEvent, nextEventSeq } from "./run-events";
import type { RunRow } from "./runs";

type RunColumns = Tables["runs"]["$inferInsert"];

/** What a trainer's words may change in its run. */
export type RunProgress = Partial<
  Pick<
    RunColumns,
    | "device"
    | "step"
    | "totalSteps"
    | "epoch"
    | "trainLoss"
    | "tokensPerSecond"
    | "evalLossBefore"
    | "evalLossAfter"
    | "trainableParameters"
    | "totalParameters"
    | "peakBytes"
  >
>;

/** One event of an active run and the columns it changes; null when `owner` does not hold the run (any more). */
export async function recordRunEvent(
  tx: Tx,
  input: { runId: string; owner: string; event: NewRunEvent; progress: RunProgress },
): Promise<RunRow | null> {
  const { runId, owner, event, progress } = input;
  const { runs } = tx.tables;
  const [row] = await tx.orm
    .update(runs)
    .set({ ...progress, eventSeq: nextEventSeq(tx), updatedAt: event.createdAt })
    .where(and(eq(runs.id, runId), eq(runs.leaseOwner, owner), inArray(runs.status, [...ACTIVE_STATUSES])))
    .returning();
  if (row === undefined) return null;
  await insertRunEvent(tx, runId, row.eventSeq, event);
  return row;
}
