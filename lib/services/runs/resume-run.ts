import type { RunView } from "@/lib/contracts/views";
import { interruptExpiredRuns } from "@/lib/db/repositories/run-leases";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getRun } from "./get-run";
import { requireRun } from "./require-run";

/**
 * Puts a stopped, interrupted or failed run at the end of the queue; it goes on from its last checkpoint, or from the
 * start when it has none. Throws AppError `not_found`, or `conflict` when the run is not at rest or is completed.
 */
export async function resumeRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    await interruptExpiredRuns(tx, now, { only: runId });
    const set = {
      isResume: true,
      queuedAt: now,
      exitCause: null,
      exitMessage: null,
      endedAt: null,
      leaseOwner: null,
      leaseExpiresAt: null,
    };
    const queued = await changeRunStatus(tx, {
      runId,
      from: ["stopped", "interrupted", "failed"],
      to: "queued",
      set,
      now,
    });
    if (queued !== null) return;
    const { status } = (await requireRun(tx, runId)).run;
    throw new AppError(
      "conflict",
      status === "completed" ? "This run is completed; start a new one." : `This run is ${status} and needs no resume.`,
    );
  });
  return getRun(ctx, { runId });
}
