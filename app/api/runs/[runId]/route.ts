import { getRun } from "@/lib/services/runs/get-run";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

export const GET = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await getRun(ctx, parse(RunParams, params))),
);
