import { deleteJob } from "@/lib/services/jobs/delete-job";
import { getJob } from "@/lib/services/jobs/get-job";
import { JobParams } from "@/lib/web/job-params";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

export const GET = route<{ jobId: string }>(async ({ ctx, params }) =>
  json(await getJob(ctx, parse(JobParams, params))),
);

/** One that has ended, with its log and work folder; what it made stays. → what it was. */
export const DELETE = route<{ jobId: string }>(async ({ ctx, params }) =>
  json(await deleteJob(ctx, parse(JobParams, params))),
);
