import { z } from "zod";
import { createJob } from "@/lib/services/jobs/create-job";
import { listJobs } from "@/lib/services/jobs/list-jobs";
import { json, readJson } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });
const Body = z.strictObject({ spec: z.unknown() });

/** What waits or goes on first, then the newest. */
export const GET = route(async ({ ctx, request }) =>
  json(await listJobs(ctx, parse(Query, Object.fromEntries(new URL(request.url).searchParams)))),
);

/** `{ spec }` → 201 with the job. */
export const POST = route(async ({ ctx, request }) => {
  const { spec } = parse(Body, await readJson(request));
  return json(await createJob(ctx, { spec }), 201);
});
