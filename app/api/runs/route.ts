import { z } from "zod";
import { createRun } from "@/lib/services/runs/create-run";
import { listRuns } from "@/lib/services/runs/list-runs";
import { json, readJson } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  unfinishedFirst: z.stringbool().default(false),
});
const Body = z.strictObject({ config: z.unknown(), name: z.string().trim().max(200).optional() });

/** Newest first, each with its sparkline. */
export const GET = route(async ({ ctx, request }) =>
  json(await listRuns(ctx, parse(Query, Object.fromEntries(new URL(request.url).searchParams)))),
);

/** `{ config, name? }` → 201 with the run. */
export const POST = route(async ({ ctx, request }) => {
  const { config, name } = parse(Body, await readJson(request));
  return json(await createRun(ctx, { config, ...(name && { name }) }), 201);
});
