import { join } from "node:path";
import { getJob } from "@/lib/services/jobs/get-job";
import { JobParams } from "@/lib/web/job-params";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { sendLog } from "@/lib/web/send-log";

/** What the job wrote, over all its attempts. */
export const GET = route<{ jobId: string }>(async ({ ctx, params }) => {
  const { id } = await getJob(ctx, parse(JobParams, params));
  return sendLog(join(ctx.paths.jobs, id));
});
