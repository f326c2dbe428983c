import type { RunView } from "@/lib/contracts/views";
import { countHeldRuns, listQueuedRunIds } from "@/lib/db/repositories/runs";
import type { ServiceContext } from "../context";
import { requireRun } from "./require-run";
import { toRunView } from "./to-run-view";

/** Throws AppError `not_found`; of a deleted run it says that it can be restored. */
export async function getRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  const record = await requireRun(ctx.db, runId);
  const now = ctx.now();
  if (record.run.status !== "queued") return toRunView(record, now, null);
  const position = (await listQueuedRunIds(ctx.db)).indexOf(runId);
  return toRunView(record, now, (await countHeldRuns(ctx.db, now)) + Math.max(0, position));
}
