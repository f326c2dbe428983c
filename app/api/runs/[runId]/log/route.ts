import { join } from "node:path";
import { AppError } from "@/lib/errors";
import { getRun } from "@/lib/services/runs/get-run";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";
import { sendFile } from "@/lib/web/send-file";

const SHOWN_BYTES = 1024 * 1024;
const contentType = "text/plain; charset=utf-8";

/** The last megabyte of what the trainer wrote to its standard output and error. */
export const GET = route<{ runId: string }>(async ({ ctx, params }) => {
  const { id } = await getRun(ctx, parse(RunParams, params));
  try {
    return await sendFile({ root: join(ctx.paths.runs, id), parts: ["log.txt"], contentType, lastBytes: SHOWN_BYTES });
  } catch (error) {
    // A run that never started has no log, which is no error.
    if (error instanceof AppError && error.code === "not_found")
      return new Response("", { headers: { "Content-Type": contentType } });
    throw error;
  }
});
