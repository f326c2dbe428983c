import type { JobView } from "@/lib/contracts/data-job";
import { interruptExpiredDataJobs } from "@/lib/db/repositories/data-job-leases";
import { changeDataJobStatus } from "@/lib/db/repositories/data-jobs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getJob, requireJob } from "./get-job";

/**
 * A waiting job is cancelled at once, a running one as soon as it can. What it did is kept for a resume. Asking twice is no
 * error. Throws AppError `not_found`, or `conflict` when the job has ended already.
 */
export async function cancelJob(ctx: ServiceContext, { jobId }: { jobId: string }): Promise<JobView> {
  const now = ctx.now();
  await ctx.db.transaction(async (tx) => {
    await interruptExpiredDataJobs(tx, now, { only: jobId });
    const change = { jobId, now };
    const waiting = { ...change, from: ["queued"], to: "cancelled", set: { endedAt: now } } as const;
    if ((await changeDataJobStatus(tx, waiting)) !== null) return;
    if ((await changeDataJobStatus(tx, { ...change, from: ["running"], to: "cancelling" })) !== null) return;
    const { status } = await requireJob(tx, jobId);
    if (status === "completed" || status === "failed") {
      throw new AppError("conflict", `This job has ended already (${status}).`);
    }
  });
  return getJob(ctx, { jobId });
}
