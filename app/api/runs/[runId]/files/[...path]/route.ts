import { join } from "node:path";
import { getRun } from "@/lib/services/runs/get-run";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";
import { sendFile } from "@/lib/web/send-file";

/** A file of the run's folder, such as adapter/adapter_model.safetensors. */
export const GET = route<{ runId: string; path: string[] }>(async ({ ctx, params }) => {
  const { id } = await getRun(ctx, parse(RunParams, params));
  return await sendFile({ root: join(ctx.paths.runs, id), parts: params.path });
});
