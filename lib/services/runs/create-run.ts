import { newId } from "@/lib/contracts/ids";
import { fieldErrorsOf, RunConfig } from "@/lib/contracts/run-config";
import { RunDetailsChange } from "@/lib/contracts/run-details";
import type { RunView } from "@/lib/contracts/views";
import { insertRun } from "@/lib/db/repositories/runs";
import type { ServiceContext } from "../context";
import { checkRunConfig } from "./check-run-config";
import { getRun } from "./get-run";
import { refuseFields } from "./refuse-fields";

export interface CreateRunInput {
  /** Checked against RunConfig here; what is left out gets its default. */
  config: unknown;
  name?: string | undefined;
}

const refuse = (fieldErrors: Record<string, string[]>) => refuseFields("Check the settings", fieldErrors);

/**
 * Checks the settings and puts a run into the queue. Throws AppError `invalid_input` with every problem at once, each
 * under its field.
 */
export async function createRun(ctx: ServiceContext, input: CreateRunInput): Promise<RunView> {
  const parsed = RunConfig.safeParse(input.config);
  if (!parsed.success) throw refuse(fieldErrorsOf(parsed.error));
  const config = parsed.data;

  const { fieldErrors, dataset } = await checkRunConfig(ctx, config);
  const name = input.name?.trim() || `${config.model_type.split("/").pop()} on ${dataset?.name ?? config.dataset_name}`;
  const details = RunDetailsChange.safeParse({ name });
  if (!details.success) Object.assign(fieldErrors, fieldErrorsOf(details.error));
  if (dataset === null || Object.keys(fieldErrors).length > 0) throw refuse(fieldErrors);

  const now = ctx.now();
  const runId = newId("run", now.getTime());
  const configId = newId("cfg", now.getTime());
  await ctx.db.transaction((tx) =>
    insertRun(tx, { id: runId, configId, name, config, datasetId: dataset.id, createdAt: now }),
  );
  return getRun(ctx, { runId });
}
