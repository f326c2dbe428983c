import { RunDetailsChange } from "@/lib/contracts/run-details";
import { deleteRun } from "@/lib/services/runs/delete-run";
import { getRun } from "@/lib/services/runs/get-run";
import { updateRun } from "@/lib/services/runs/update-run";
import { json, readJson } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { RunParams } from "@/lib/web/run-params";

export const GET = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await getRun(ctx, parse(RunParams, params))),
);

/** `{ name?, notes?, tags? }` → the run; what is left out stays. */
export const PATCH = route<{ runId: string }>(async ({ ctx, request, params }) => {
  const { runId } = parse(RunParams, params);
  return json(await updateRun(ctx, { ...parse(RunDetailsChange, await readJson(request)), runId }));
});

/** Hides the run; `POST …/restore` undoes it. */
export const DELETE = route<{ runId: string }>(async ({ ctx, params }) =>
  json(await deleteRun(ctx, parse(RunParams, params))),
);
