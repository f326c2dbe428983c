/** @file From a run's settings to all that its trainer needs on disk. */
import { countSteps } from "@/lib/contracts/count-steps";
import { objectiveOf } from "@/lib/contracts/objective-settings";
import type { BlocksManifest } from "@/lib/contracts/prepared-blocks";
import type { RunConfig } from "@/lib/contracts/run-config";
import { PROTOCOL_VERSION, type TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { findDatasetById } from "@/lib/db/repositories/datasets";
import type { RunRecord } from "@/lib/db/repositories/runs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { datasetDir } from "@/lib/services/datasets/dataset-dir";
import { prepareModelBlocks } from "@/lib/services/datasets/prepare-model-blocks";
import { getModel } from "@/lib/services/models/get-model";
import { renderChatPrompt } from "@/lib/services/models/render-chat-prompt";
import { warmupProblem } from "@/lib/services/runs/warmup-problem";
import type { Patiently } from "./frames-file";
import { pickSamplePrompts } from "./pick-sample-prompts";

export interface PrepareOptions {
  runDir: string;
  signal: AbortSignal;
  /** Runs a call of the database, again while it is away. */
  patiently: Patiently;
  onProgress(done: number, total: number): void;
}

export type PrepareRun = (ctx: ServiceContext, record: RunRecord, options: PrepareOptions) => Promise<TrainerSpec>;

/** Throws AppError `invalid_input` (settings), `not_found` or `precondition_failed` (data). */
export const prepareRun: PrepareRun = async (ctx, { run, config, datasetName }, options) => {
  const { runDir, signal, patiently, onProgress } = options;
  const { datasetId } = run;
  const dataset = datasetId === null ? null : await patiently(() => findDatasetById(ctx.db, datasetId));
  if (dataset === null)
    throw new AppError("not_found", `The dataset ${datasetName} is gone; start a new run with another.`);
  const model = await getModel(ctx, { modelId: config.model_type });
  const documentsDir = datasetDir(ctx, dataset.id);
  const { blocksDir, manifest } = await prepareModelBlocks(ctx, {
    dataset,
    modelId: config.model_type,
    maxSeqLength: config.max_seq_length,
    evalSplit: config.eval_split,
    seed: config.seed,
    objective: objectiveOf(config),
    signal,
    onProgress: ({ done, total }) => onProgress(done, total),
  });
  checkSteps(manifest, config);
  return {
    protocol: PROTOCOL_VERSION,
    runId: run.id,
    runDir,
    modelDir: model.path,
    blocksDir,
    config,
    resume: run.isResume,
    samplePrompts: await pickSamplePrompts(documentsDir, {
      evalSplit: config.eval_split,
      seed: config.seed,
      objective: config.objective,
      renderPrompt: (messages) => renderChatPrompt(model.path, messages),
      signal,
    }),
  };
};

function checkSteps(manifest: BlocksManifest, config: RunConfig): void {
  const { totalSteps } = countSteps(manifest.splits.train.blocks, config);
  if (config.warmup_steps > 0 && config.warmup_steps >= totalSteps) {
    throw new AppError(
      "invalid_input",
      `warmup_steps ${warmupProblem(config.warmup_steps, totalSteps)}; start a new run with less.`,
    );
  }
}
