import { restoreRun } from "@/lib/services/runs/restore-run";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

export const POST = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await restoreRun(ctx, parse(RunParams, params))),
);
