import type { JobView } from "@/lib/contracts/data-job";
import { interruptExpiredDataJobs } from "@/lib/db/repositories/data-job-leases";
import { changeDataJobStatus } from "@/lib/db/repositories/data-jobs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getJob, requireJob } from "./get-job";

/**
 * Puts a failed, cancelled or interrupted job at the end of the queue; it goes on with what it had done. Throws AppError
 * `not_found`, or `conflict` when the job is not at rest or is completed.
 */
export async function resumeJob(ctx: ServiceContext, { jobId }: { jobId: string }): Promise<JobView> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    await interruptExpiredDataJobs(tx, now, { only: jobId });
    const set = { queuedAt: now, error: null, progress: null, endedAt: null, leaseOwner: null, leaseExpiresAt: null };
    const from = ["failed", "cancelled", "interrupted"] as const;
    const queued = await changeDataJobStatus(tx, { jobId, from, to: "queued", set, now });
    if (queued !== null) return;
    const { status } = await requireJob(tx, jobId);
    throw new AppError(
      "conflict",
      status === "completed" ? "This job is completed; start a new one." : `This job is ${status} and needs no resume.`,
    );
  });
  return getJob(ctx, { jobId });
}
