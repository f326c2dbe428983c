import type { RunView } from "@/lib/contracts/views";
import { markRunRestored } from "@/lib/db/repositories/run-details";
import type { ServiceContext } from "../context";
import { getRun } from "./get-run";

/** Undoes `deleteRun`; no error when the run is not deleted. Throws AppError `not_found`. */
export async function restoreRun(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunView> {
  await ctx.db.transaction((tx) => markRunRestored(tx, { runId, now: ctx.now() }));
  return getRun(ctx, { runId });
}
