import { z } from "zod";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

const Query = z.object({ points: z.coerce.number().int().min(16).max(1_000_000).optional() });

/** Every step in order; with `points=n` about n of them, extremes kept. */
export const GET = route<{ runId: string }>(async ({ ctx, request, params }) => {
  const { runId } = parse(RunParams, params);
  const { points } = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  await getRun(ctx, { runId });
  return json(await listMetrics(ctx, { runId, maxPoints: points ?? Number.POSITIVE_INFINITY }));
});
