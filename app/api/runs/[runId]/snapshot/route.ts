import { json } from "@/lib/web/json";
import { loadRunSnapshot } from "@/lib/web/load-run-snapshot";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

/** All that the run screen shows, as of now. */
export const GET = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await loadRunSnapshot(ctx, parse(RunParams, params).runId)),
);
