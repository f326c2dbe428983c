import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobView } from "@/lib/contracts/data-job";
import { interruptExpiredDataJobs } from "@/lib/db/repositories/data-job-leases";
import { deleteDataJob } from "@/lib/db/repositories/data-jobs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { requireJob } from "./get-job";
import { toJobView } from "./to-job-view";

/**
 * Takes a job that has ended off the list, with its log and the work that a resume would go on with; what it made stays.
 * Returns what it was. Throws AppError `not_found`, or `conflict` while it waits or goes on.
 */
export async function deleteJob(ctx: ServiceContext, { jobId }: { jobId: string }): Promise<JobView> {
  const now = ctx.now();
  const job = await ctx.db.transaction(async (tx) => {
    await interruptExpiredDataJobs(tx, now, { only: jobId });
    const row = await requireJob(tx, jobId);
    if (!(await deleteDataJob(tx, jobId)))
      throw new AppError("conflict", `This job is ${row.status}; cancel it first, then remove it.`);
    return row;
  });
  await rm(join(ctx.paths.jobs, job.id), { recursive: true, force: true });
  return toJobView(job, now);
}
