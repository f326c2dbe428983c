import { z } from "zod";
import { createRun } from "@/lib/services/runs/create-run";
import { listRuns } from "@/lib/services/runs/list-runs";
import { json, readJson } from "@/lib/web/json";
import { listRunRows } from "@/lib/web/list-run-rows";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  spark: z.enum(["0", "1"]).default("0"),
});
const Body = z.strictObject({ config: z.unknown(), name: z.string().trim().max(200).optional() });

/** Newest first. With `spark=1` each run comes with a few dozen losses: `{ run, spark }`. */
export const GET = route(async ({ ctx, request }) => {
  const { limit, spark } = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  return json(spark === "1" ? await listRunRows(ctx, limit) : await listRuns(ctx, { limit }));
});

/** `{ config, name? }` → 201 with the run. */
export const POST = route(async ({ ctx, request }) => {
  const { config, name } = parse(Body, await readJson(request));
  return json(await createRun(ctx, { config, ...(name && { name }) }), 201);
});
