import { newId } from "@/lib/contracts/ids";
import { fieldErrorsOf, RunConfig } from "@/lib/contracts/run-config";
import { MAX_RUN_NAME_LENGTH, RunDetailsChange } from "@/lib/contracts/run-details";
import type { RunView } from "@/lib/contracts/views";
import type { DatasetRow } from "@/lib/db/repositories/datasets";
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
  const wanted = input.name?.trim() ? RunDetailsChange.safeParse({ name: input.name }) : null;
  const nameErrors = wanted?.error ? fieldErrorsOf(wanted.error) : {};
  if (!parsed.success) throw refuse({ ...fieldErrorsOf(parsed.error), ...nameErrors });
  const { fieldErrors, dataset, config } = await checkRunConfig(ctx, parsed.data);
  const name = wanted?.data?.name ?? defaultName(config, dataset);
  Object.assign(fieldErrors, nameErrors);
  if (dataset === null || Object.keys(fieldErrors).length > 0) throw refuse(fieldErrors);

  const now = ctx.now();
  const runId = newId("run", now.getTime());
  const configId = newId("cfg", now.getTime());
  await ctx.db.transaction((tx) =>
    insertRun(tx, { id: runId, configId, name, config, datasetId: dataset.id, createdAt: now }),
  );
  return getRun(ctx, { runId });
}

/** Of a model and a dataset that have long names, the beginning. */
const defaultName = ({ model_type: model, dataset_name: named }: RunConfig, dataset: DatasetRow | null): string =>
  `${model.split("/").pop()} on ${dataset?.name ?? named}`.slice(0, MAX_RUN_NAME_LENGTH);
