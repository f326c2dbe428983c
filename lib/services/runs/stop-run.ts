import type { RunView } from "@/lib/contracts/views";
import { interruptExpiredRuns } from "@/lib/db/repositories/run-leases";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import type { Tx } from "@/lib/db/types";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getRun } from "./get-run";
import { requireRun } from "./require-run";

/**
 * A queued run is stopped at once; a running one finishes its step, writes a checkpoint and stops. Asking twice is no
 * error. Throws AppError `not_found`, or `conflict` when the run has ended already.
 */
export async function stopRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    await interruptExpiredRuns(tx, now, { only: runId });
    if (await stopQueuedRun(tx, runId, now)) return;
    const stopping = await changeRunStatus(tx, { runId, from: ["preparing", "running"], to: "stopping", now });
    if (stopping !== null) return;
    const { status } = (await requireRun(tx, runId)).run;
    if (status !== "stopping" && status !== "stopped" && status !== "interrupted") {
      throw new AppError("conflict", `This run has ended already (${status}).`);
    }
  });
  return getRun(ctx, { runId });
}

/** Takes the run out of the queue; false when it was not in there. */
export async function stopQueuedRun(tx: Tx, runId: string, now: Date): Promise<boolean> {
  const set = { exitCause: "cancelled" as const, exitMessage: "Stopped before it began.", endedAt: now };
  return (await changeRunStatus(tx, { runId, from: ["queued"], to: "stopped", set, now })) !== null;
}
