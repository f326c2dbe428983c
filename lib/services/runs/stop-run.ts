import type { RunView } from "@/lib/contracts/views";
import { interruptExpiredRuns } from "@/lib/db/repositories/run-leases";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import { findRun } from "@/lib/db/repositories/runs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getRun, noSuchRun } from "./get-run";

/**
 * A queued run is stopped at once; a running one finishes its step, writes a checkpoint and stops. Asking twice is no
 * error. Throws AppError `not_found`, or `conflict` when the run has ended already.
 */
export async function stopRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    await interruptExpiredRuns(tx, now, { only: runId });
    const message = { exitCause: "cancelled" as const, exitMessage: "Stopped before it began." };
    const stopped = await changeRunStatus(tx, {
      runId,
      from: ["queued"],
      to: "stopped",
      set: { ...message, endedAt: now },
      now,
    });
    if (stopped !== null) return;
    const stopping = await changeRunStatus(tx, { runId, from: ["preparing", "running"], to: "stopping", now });
    if (stopping !== null) return;
    const record = await findRun(tx, runId);
    if (record === null) throw noSuchRun(runId);
    const { status } = record.run;
    if (status !== "stopping" && status !== "stopped" && status !== "interrupted") {
      throw new AppError("conflict", `This run has ended already (${status}).`);
    }
  });
  return getRun(ctx, { runId });
}
