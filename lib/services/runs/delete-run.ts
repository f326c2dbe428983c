import type { RunView } from "@/lib/contracts/views";
import { markRunDeleted } from "@/lib/db/repositories/run-details";
import { interruptExpiredRuns } from "@/lib/db/repositories/run-leases";
import { findRun, type RunRecord } from "@/lib/db/repositories/runs";
import type { Tx } from "@/lib/db/types";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { noSuchRun } from "./require-run";
import { stopQueuedRun } from "./stop-run";
import { toRunView } from "./to-run-view";

/**
 * Hides a run; its rows and files stay, and `restoreRun` shows it again. A queued run leaves the queue first, so a restored
 * one is stopped. Deleting twice is no error. Returns the run as it was hidden. Throws AppError `not_found`, or `conflict`
 * while the run is active.
 */
export async function deleteRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const now = ctx.now();
  const record = await ctx.db.transaction(async (tx) => {
    await interruptExpiredRuns(tx, now, { only: runId });
    await stopQueuedRun(tx, runId, now);
    const isDeleted = await markRunDeleted(tx, { runId, now });
    return isDeleted ? existing(tx, runId) : alreadyDeleted(tx, runId);
  });
  return toRunView(record, now, null);
}

async function existing(tx: Tx, runId: string): Promise<RunRecord> {
  const record = await findRun(tx, runId);
  if (record === null) throw noSuchRun(runId);
  return record;
}

async function alreadyDeleted(tx: Tx, runId: string): Promise<RunRecord> {
  const record = await existing(tx, runId);
  if (record.run.deletedAt !== null) return record;
  const { status } = record.run;
  throw new AppError(
    "conflict",
    status === "stopping"
      ? "This run is still stopping; delete it once it has stopped."
      : `This run is ${status}; stop it first, then delete it.`,
  );
}
