/** @file What a schema can't know: whether model and dataset are there and fit the numbers. */
import { ALL_LINEAR, type RunConfig } from "@/lib/contracts/run-config";
import type { ModelView } from "@/lib/contracts/views";
import { type DatasetRow, findDataset } from "@/lib/db/repositories/datasets";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { ensureRepositoryDataset } from "../datasets/ensure-repository-dataset";
import { getModel } from "../models/get-model";
import { warmupProblem } from "./warmup-problem";

/** The dataset that is always there: built the first time that someone asks for it. */
const REPOSITORY_DATASET_NAME = "this-repository";

export interface RunConfigCheck {
  /** Empty when the run may start. */
  fieldErrors: Record<string, string[]>;
  dataset: DatasetRow | null;
}

/** Every problem, each under its field. */
export async function checkRunConfig(ctx: ServiceContext, config: RunConfig): Promise<RunConfigCheck> {
  const fieldErrors: Record<string, string[]> = {};
  const [model, dataset] = await Promise.all([
    orProblem(() => getModel(ctx, { modelId: config.model_type }), fieldErrors, "model_type"),
    orProblem(() => datasetOf(ctx, config.dataset_name), fieldErrors, "dataset_name"),
  ]);
  if (model !== null) Object.assign(fieldErrors, modelProblems(config, model));
  if (config.max_steps > 0 && config.warmup_steps >= config.max_steps) {
    fieldErrors["warmup_steps"] = [warmupProblem(config.warmup_steps, config.max_steps)];
  }
  return { fieldErrors, dataset };
}

function modelProblems(config: RunConfig, model: ModelView): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  if (config.max_seq_length > model.contextLength) {
    problems["max_seq_length"] = [`must be at most ${model.contextLength}, the model's context`];
  }
  const unknown = config.target_modules.filter((name) => name !== ALL_LINEAR && !model.linearModules.includes(name));
  if (config.method !== "full" && unknown.length > 0) {
    problems["target_modules"] = [`has ${unknown.join(", ")}, but the model's are ${model.linearModules.join(", ")}`];
  }
  return problems;
}

async function datasetOf(ctx: ServiceContext, idOrName: string): Promise<DatasetRow> {
  const found = await findDataset(ctx.db, idOrName);
  if (found !== null) return found;
  if (idOrName === REPOSITORY_DATASET_NAME) {
    const { id } = await ensureRepositoryDataset(ctx);
    const built = await findDataset(ctx.db, id);
    if (built !== null) return built;
  }
  throw new AppError("not_found", `There is no dataset ${idOrName}; add it under Datasets first.`);
}

async function orProblem<T>(
  get: () => Promise<T>,
  fieldErrors: Record<string, string[]>,
  field: string,
): Promise<T | null> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    fieldErrors[field] = [`can't be used: ${error.message.replace(/\.$/, "")}`];
    return null;
  }
}
