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
    | "evalTokens"
    | "trainableParameters"
    | "totalParameters"
    | "peakBytes"
    | "adapterStep"
  >
>;

export interface RecordedEvent {
  runId: string;
  owner: string;
  event: NewRunEvent;
  progress: RunProgress;
  /** Bytes of the frames file before and after this event; it is recorded only if all before it are. */
  frames?: { from: number; to: number };
}

/** One event of an active run and the columns it changes; null when `owner` does not hold the run or `frames` does not fit. */
export async function recordRunEvent(tx: Tx, input: RecordedEvent): Promise<RunRow | null> {
  const { runId, owner, event, progress, frames } = input;
  const { runs } = tx.tables;
  const [row] = await tx.orm
    .update(runs)
    .set({
      ...progress,
      ...(frames === undefined ? {} : { framesOffset: frames.to }),
      eventSeq: nextEventSeq(tx),
      updatedAt: event.createdAt,
    })
    .where(
      and(
        eq(runs.id, runId),
        eq(runs.leaseOwner, owner),
        inArray(runs.status, [...ACTIVE_STATUSES]),
        frames === undefined ? undefined : eq(runs.framesOffset, frames.from),
      ),
    )
    .returning();
  if (row === undefined) return null;
  await insertRunEvent(tx, runId, row.eventSeq, event);
  return row;
}

/** Where the next frame begins, when the file is not what was recorded: new, cut off, or on another disk. */
export async function resetFramesOffset(
  tx: Tx,
  { runId, owner, offset }: { runId: string; owner: string; offset: number },
): Promise<RunRow | null> {
  const { runs } = tx.tables;
  const [row] = await tx.orm
    .update(runs)
    .set({ framesOffset: offset })
    .where(and(eq(runs.id, runId), eq(runs.leaseOwner, owner)))
    .returning();
  return row ?? null;
}
