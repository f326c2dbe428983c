import { join } from "node:path";
import { getRun } from "@/lib/services/runs/get-run";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";
import { sendLog } from "@/lib/web/send-log";

/** What the trainer wrote. */
export const GET = route<{ runId: string }>(async ({ ctx, params }) => {
  const { id } = await getRun(ctx, parse(RunParams, params));
  return sendLog(join(ctx.paths.runs, id));
});
