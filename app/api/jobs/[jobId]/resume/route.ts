import { resumeJob } from "@/lib/services/jobs/resume-job";
import { JobParams } from "@/lib/web/job-params";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

export const POST = route<{ jobId: string }>(async ({ ctx, params }) =>
  json(await resumeJob(ctx, parse(JobParams, params))),
);
