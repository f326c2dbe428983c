/** @file Data jobs in tests, by the worker's own code and a real child process. */
import { childEntry } from "@/lib/config/child-entry";
import type { JobView } from "@/lib/contracts/data-job";
import { newId } from "@/lib/contracts/ids";
import type { DatasetDetailView } from "@/lib/contracts/views";
import { claimNextDataJob } from "@/lib/db/repositories/data-job-leases";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { createJob } from "@/lib/services/jobs/create-job";
import { getJob } from "@/lib/services/jobs/get-job";
import { executeJob } from "@/workers/supervisor/execute-job";
import { LEASE_MS } from "@/workers/supervisor/lease-keeper";
import { waitFor } from "./wait-for";

/** Runs a waiting job to its end. */
export async function runJob(ctx: ServiceContext, jobId: string): Promise<JobView> {
  const owner = newId("wrk");
  const now = ctx.now();
  const lease = { owner, expiresAt: new Date(now.getTime() + LEASE_MS), now, only: jobId };
  const job = await ctx.db.transaction((tx) => claimNextDataJob(tx, lease));
  if (job === null) throw new Error(`${jobId} does not wait`);
  await executeJob(ctx, job, {
    owner,
    jobEntry: () => childEntry("data-job"),
    stopPatience: { stopMs: 10_000, termMs: 1_000 },
    shutdownPatience: { stopMs: 10_000, termMs: 1_000 },
    oldTrainerPatience: { waitMs: 1_000, termMs: 1_000 },
    shutdown: new AbortController().signal,
  });
  return getJob(ctx, { jobId });
}

/** A dataset as people make one. Throws what creating the job throws, and AppError `precondition_failed` where the job fails. */
export async function createDatasetByJob(
  ctx: ServiceContext,
  spec: { name: string; source: unknown },
): Promise<DatasetDetailView> {
  const { id } = await createJob(ctx, { spec: { kind: "dataset-build", ...spec } });
  const { result, error } = await runJob(ctx, id);
  if (result === null) throw new AppError("precondition_failed", error ?? "it has no error");
  return getDataset(ctx, { datasetId: result.id });
}

/** The job as soon as `look` likes it. */
export const untilJob = (ctx: ServiceContext, jobId: string, look: (job: JobView) => boolean): Promise<JobView> =>
  waitFor(jobId, async () => {
    const job = await getJob(ctx, { jobId });
    return look(job) && job;
  });
