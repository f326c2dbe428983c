import { DataJobSpec, type JobView } from "@/lib/contracts/data-job";
import { newId } from "@/lib/contracts/ids";
import { fieldErrorsOf } from "@/lib/contracts/run-config";
import { insertDataJob } from "@/lib/db/repositories/data-jobs";
import type { ServiceContext } from "../context";
import { refuseFields } from "../runs/refuse-fields";
import { checkSpec } from "./check-spec";
import { toJobView } from "./to-job-view";

/** Ids of what a job makes begin like those of datasets, also where it makes something else. */
const targetIdOf = (now: Date): string => newId("ds", now.getTime());

/**
 * Puts a job into the queue. Throws AppError `invalid_input` with every problem under its field, and what `checkSpec`
 * finds.
 */
export async function createJob(ctx: ServiceContext, input: { spec: unknown }): Promise<JobView> {
  const parsed = DataJobSpec.safeParse(input.spec);
  if (!parsed.success) throw refuseFields("Check the settings", fieldErrorsOf(parsed.error));
  const { spec, title } = await checkSpec(ctx, parsed.data);
  const now = ctx.now();
  const id = newId("job", now.getTime());
  const row = await ctx.db.transaction((tx) =>
    insertDataJob(tx, { id, title, spec, targetId: targetIdOf(now), createdAt: now }),
  );
  return toJobView(row, now);
}
