/** @file What a schema can't know: whether model and dataset are there and fit the numbers. */
import { resolve } from "node:path";
import { type AdapterSettings, withAdapterSettings } from "@/lib/contracts/adapter-config";
import { countSteps } from "@/lib/contracts/count-steps";
import { objectiveOf } from "@/lib/contracts/objective-settings";
import { pissaRankProblem } from "@/lib/contracts/pissa-rank-problem";
import { fieldErrorsOf, RunConfig } from "@/lib/contracts/run-config";
import { savedModulesProblem, selectionProblem } from "@/lib/contracts/select-modules";
import type { ModelView } from "@/lib/contracts/views";
import type { DatasetRow } from "@/lib/db/repositories/datasets";
import { AppError } from "@/lib/errors";
import { readModelParts } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "../datasets/get-dataset-row";
import { loadModelTokenizer } from "../datasets/load-model-tokenizer";
import { prepareModelBlocks } from "../datasets/prepare-model-blocks";
import { getInitAdapter } from "../models/get-init-adapter";
import { getModel } from "../models/get-model";
import { warmupProblem } from "./warmup-problem";

export interface RunConfigCheck {
  /** Empty when the run may start. */
  fieldErrors: Record<string, string[]>;
  dataset: DatasetRow | null;
  /** As the run will really be: an adapter to go on from brings its own rank, alpha and modules. */
  config: RunConfig;
}

/** Blocks of at most this much text are prepared at once (about a second), which tells the number of steps. */
const MAX_CHECKED_BYTES = 8_000_000;

/** Every problem, each under its field. */
export async function checkRunConfig(ctx: ServiceContext, config: RunConfig): Promise<RunConfigCheck> {
  const fieldErrors: Record<string, string[]> = {};
  const [model, dataset] = await Promise.all([
    orProblem(() => getModel(ctx, { modelId: config.model_type }), fieldErrors, "model_type"),
    orProblem(() => getDatasetRow(ctx, config.dataset_name), fieldErrors, "dataset_name"),
  ]);
  const tokenizer =
    model === null
      ? null
      : await orProblem(() => loadModelTokenizer(ctx, config.model_type), fieldErrors, "model_type");
  const adapter = await orProblem(() => getInitAdapter(ctx, config.init_adapter), fieldErrors, "init_adapter");
  if (model !== null && fieldErrors["init_adapter"] === undefined)
    Object.assign(fieldErrors, await modelProblems(config, model, adapter));
  const canCount =
    Object.keys(fieldErrors).length === 0 &&
    dataset !== null &&
    tokenizer !== null &&
    dataset.stats.bytes <= MAX_CHECKED_BYTES;
  const totalSteps = canCount
    ? await orProblem(() => countTotalSteps(ctx, config, dataset), fieldErrors, "dataset_name")
    : config.max_steps || null;
  if (totalSteps !== null && config.warmup_steps > 0 && config.warmup_steps >= totalSteps) {
    fieldErrors["warmup_steps"] = [warmupProblem(config.warmup_steps, totalSteps)];
  }
  return { fieldErrors, dataset, config: adapter ? adopt(config, adapter, fieldErrors) : config };
}

/** How the adapter itself began is its own affair: the trainer reads it there. */
function adopt(config: RunConfig, adapter: AdapterSettings, fieldErrors: Record<string, string[]>): RunConfig {
  const { init_lora_weights, init_adapter } = config;
  const adopted = RunConfig.safeParse({
    ...withAdapterSettings(config, adapter),
    init_lora_weights,
    // Web server and worker may stand in different folders.
    init_adapter: resolve(init_adapter),
  });
  if (adopted.success) return adopted.data;
  const [field, messages] = Object.entries(fieldErrorsOf(adopted.error))[0] ?? [];
  fieldErrors["init_adapter"] ??= [`has what a run can't have: ${field} ${messages?.[0]}`];
  return config;
}

/** By the blocks that the run will train on; the worker finds them ready then. Throws when there is nothing to learn from. */
async function countTotalSteps(ctx: ServiceContext, config: RunConfig, dataset: DatasetRow): Promise<number> {
  const { manifest } = await prepareModelBlocks(ctx, {
    dataset,
    modelId: config.model_type,
    maxSeqLength: config.max_seq_length,
    evalSplit: config.eval_split,
    seed: config.seed,
    objective: objectiveOf(config),
  });
  return countSteps(manifest.splits.train.blocks, config).totalSteps;
}

/** @param adapter the one to go on from: what is wrong with its modules is wrong with the choice of it */
async function modelProblems(
  config: RunConfig,
  model: ModelView,
  adapter: AdapterSettings | null,
): Promise<Record<string, string[]>> {
  const problems: Record<string, string[]> = {};
  if (config.max_seq_length > model.contextLength) {
    problems["max_seq_length"] = [`must be at most ${model.contextLength}, the model's context`];
  }
  if (config.method === "full") return problems;
  const { linears, weights } = await readModelParts(model.path, model.id);
  const settings = adapter ? withAdapterSettings(config, adapter) : config;
  const add = (field: string, message: string) => {
    if (adapter) problems["init_adapter"] = [`does not fit this model: its ${field} ${message}`];
    else problems[field] = [message];
  };
  const problem = selectionProblem(
    linears.map(({ name }) => name),
    settings,
  );
  if (problem) add(problem.field, problem.message);
  const saved = savedModulesProblem(
    weights.map(([name]) => name),
    settings.modules_to_save,
  );
  if (saved) add("modules_to_save", saved);
  const tooHigh = pissaRankProblem(linears, settings);
  if (tooHigh) add(tooHigh.field, tooHigh.message);
  return problems;
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
    if (error.fieldErrors) Object.assign(fieldErrors, error.fieldErrors);
    else fieldErrors[field] = [`can't be used: ${error.message.replace(/\.$/, "")}`];
    return null;
  }
}
