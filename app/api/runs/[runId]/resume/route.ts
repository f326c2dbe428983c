import { resumeRun } from "@/lib/services/runs/resume-run";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

export const POST = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await resumeRun(ctx, parse(RunParams, params))),
);
