import type { ServiceContext } from "@/lib/services/context";
import { createJob } from "@/lib/services/jobs/create-job";
import { EXIT } from "../exit-codes";
import { followJob } from "../follow-job";
import { say } from "../say";

/** Puts a job into the queue, sees it through, and returns the exit code. */
export async function pullRepo(ctx: ServiceContext, spec: object, isJson: boolean): Promise<number> {
  const { id: jobId } = await createJob(ctx, { spec });
  const job = await followJob(ctx, { jobId, isJson });
  if (job.status === "completed") {
    if (!isJson)
      say(job.result === null ? `${job.title}: done.` : `The ${job.result.kind} ${job.result.name} is here.`);
    return EXIT.ok;
  }
  if (!isJson) say(job.error ?? `${job.title} was ${job.status}; the same command goes on where it stopped.`);
  return job.status === "failed" ? EXIT.runFailed : EXIT.runStopped;
}
