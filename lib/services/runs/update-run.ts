import { fieldErrorsOf } from "@/lib/contracts/run-config";
import { RunDetailsChange } from "@/lib/contracts/run-details";
import type { RunView } from "@/lib/contracts/views";
import { updateRunDetails } from "@/lib/db/repositories/run-details";
import type { ServiceContext } from "../context";
import { getRun } from "./get-run";
import { refuseFields } from "./refuse-fields";
import { requireRun } from "./require-run";

export type UpdateRunInput = RunDetailsChange & { runId: string };

/**
 * Changes name, notes or tags, in any state of the run; what is left out stays. Throws AppError `invalid_input` with every
 * problem at once, each under its field, or `not_found`.
 */
export async function updateRun(ctx: ServiceContext, { runId, ...change }: UpdateRunInput): Promise<RunView> {
  const parsed = RunDetailsChange.safeParse(change);
  if (!parsed.success) throw refuseFields("Check what you entered", fieldErrorsOf(parsed.error));
  const isUpdated = await ctx.db.transaction((tx) => updateRunDetails(tx, { runId, now: ctx.now(), ...parsed.data }));
  if (!isUpdated) await requireRun(ctx.db, runId);
  return getRun(ctx, { runId });
}
