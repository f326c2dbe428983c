/** @file What people change of a run: its words, and whether it is shown. */
import { and, eq, isNotNull, isNull, notInArray } from "drizzle-orm";
import { ACTIVE_STATUSES } from "@/lib/contracts/run-status";
import type { Tx } from "../types";

export interface RunDetailsUpdate {
  name?: string | undefined;
  notes?: string | undefined;
  tags?: string[] | undefined;
}

/** Whether there is such a run that is not deleted. Undefined fields stay. */
export async function updateRunDetails(
  tx: Tx,
  { runId, now, ...details }: RunDetailsUpdate & { runId: string; now: Date },
): Promise<boolean> {
  const { runs } = tx.tables;
  const rows = await tx.orm
    .update(runs)
    .set({ ...details, updatedAt: now })
    .where(and(eq(runs.id, runId), isNull(runs.deletedAt)))
    .returning({ id: runs.id });
  return rows.length > 0;
}

/** Whether the run was hidden by this call. A run that waits or trains never is. */
export async function markRunDeleted(tx: Tx, { runId, now }: { runId: string; now: Date }): Promise<boolean> {
  const { runs } = tx.tables;
  const rows = await tx.orm
    .update(runs)
    .set({ deletedAt: now, updatedAt: now })
    .where(and(eq(runs.id, runId), isNull(runs.deletedAt), notInArray(runs.status, ["queued", ...ACTIVE_STATUSES])))
    .returning({ id: runs.id });
  return rows.length > 0;
}

/** Whether the run was shown again by this call. */
export async function markRunRestored(tx: Tx, { runId, now }: { runId: string; now: Date }): Promise<boolean> {
  const { runs } = tx.tables;
  const rows = await tx.orm
    .update(runs)
    .set({ deletedAt: null, updatedAt: now })
    .where(and(eq(runs.id, runId), isNotNull(runs.deletedAt)))
    .returning({ id: runs.id });
  return rows.length > 0;
}
