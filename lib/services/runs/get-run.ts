import type { RunView } from "@/lib/contracts/views";
import { countHeldRuns, findRun, listQueuedRunIds } from "@/lib/db/repositories/runs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { toRunView } from "./to-run-view";

export const noSuchRun = (runId: string) => new AppError("not_found", `There is no run ${runId.slice(0, 100)}.`);

/** Throws AppError `not_found`. */
export async function getRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const record = await findRun(ctx.db, runId);
  if (record === null) throw noSuchRun(runId);
  const now = ctx.now();
  if (record.run.status !== "queued") return toRunView(record, now, null);
  const position = (await listQueuedRunIds(ctx.db)).indexOf(runId);
  return toRunView(record, now, (await countHeldRuns(ctx.db, now)) + Math.max(0, position));
}
