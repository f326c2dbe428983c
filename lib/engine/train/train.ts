/**
 * @file The training loop. Reads from top to bottom; everything it touches is passed in, so tests run it in-process.
 *
 * For the same seed, settings, data, model and execution provider it does the same arithmetic in the same order, however
 * often it was stopped: all state between steps is in `Progress`, the parameters, the optimizer's state and the
 * generator, and a checkpoint holds all four exactly.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { countSteps } from "@/lib/contracts/count-steps";
import { PADDING_SEGMENT } from "@/lib/contracts/prepared-blocks";
import type { RunConfig } from "@/lib/contracts/run-config";
import { type Frame, PROTOCOL_VERSION, type TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { blockSeeds } from "../data/block-seeds";
import { countLossTokens } from "../data/count-loss-tokens";
import { epochOrder, stepMicroBatches } from "../data/epoch-order";
import type { Blocks } from "../data/open-blocks";
import { clipGradients, gradientNorm } from "../optim/clip-gradients";
import { learningRateAt, scheduleOf } from "../optim/learning-rate";
import { openOptimizer } from "../optim/open-optimizer";
import type { Optimizer } from "../optim/optimizer";
import type { Rng } from "../optim/rng";
import { StopRequested } from "../stop-requested";
import type { Batch, Parameter, TrainableModel } from "../types";
import {
  loadCheckpointParameters,
  type PendingMetric,
  type Progress,
  removeLeftovers,
  restoreNewestCheckpoint,
  writeCheckpoint,
} from "./checkpoint";
import { completeGreedily, type SampleTokenizer } from "./complete-greedily";
import { countHeldOutTokens, evaluateHeldOut, selectEvalBlocks } from "./evaluate-held-out";
import { hashSettings } from "./hash-settings";
import { describeEarlyStop, isPatienceOver, recordEvaluation } from "./held-out-record";
import { saveResult } from "./save-result";
import { TrainingFailure } from "./training-failure";

/** Metrics tell that training goes on; progress is for people who wait for one. */
const PROGRESS_INTERVAL_MS = { training: 5000, evaluating: 1000 };

export interface TrainOptions extends Pick<TrainerSpec, "runDir" | "modelDir" | "config" | "resume" | "samplePrompts"> {
  model: TrainableModel;
  blocks: Blocks;
  /** The generator that initialised the adapter; its state travels in checkpoints. */
  rng: Rng;
  /** Tells the base model apart from others: see fingerprintModel. */
  baseFingerprint: string;
  /** Null: no samples. */
  tokenizer: SampleTokenizer | null;
  versions: Record<string, string>;
  emit(frame: Frame): void;
  /** Asked between steps, held-out batches and sampled tokens. */
  shouldStop(): boolean;
  /** True once for every `checkpoint` command. */
  takeCheckpointRequest(): boolean;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Peak resident memory of this process so far. */
  peakBytes(): number;
  /** Resident memory of this process now. */
  residentBytes(): number;
}

/**
 * Trains until the last step or a stop, and tells everything by frames, `done` last.
 * @throws TrainingFailure when the run cannot begin, diverges, or its result fails the comparison
 */
export async function train(options: TrainOptions): Promise<"completed" | "stopped"> {
  const steps = countSteps(options.blocks.manifest.splits.train.blocks, options.config);
  checkTrainable(options, steps.totalSteps);
  const optimizer = await openOptimizer(options.model.parameters, options.config);
  try {
    return await trainWith(optimizer, steps, options);
  } finally {
    await optimizer.dispose();
  }
}

async function trainWith(
  optimizer: Optimizer,
  { stepsPerEpoch, totalSteps }: ReturnType<typeof countSteps>,
  options: TrainOptions,
): Promise<"completed" | "stopped"> {
  const { config, model, blocks, runDir, emit } = options;
  const { parameters } = model;
  const configHash = hashSettings({ config, blocks, parameters, baseFingerprint: options.baseFingerprint });
  const schedule = scheduleOf(config, totalSteps);
  const log = (level: "info" | "warn", message: string) => emit({ kind: "log", level, message });
  const tellProgress = throttledProgress(options);

  // Where to begin: the newest sound checkpoint, or step 0, whose only duty is the evaluation before training.
  await removeLeftovers(runDir);
  const restored = options.resume
    ? await restoreNewestCheckpoint(runDir, { parameters, optimizer }, configHash, (message) => log("warn", message))
    : null;
  if (restored) options.rng.restore(restored.rng);
  const untold: PendingMetric = {
    trainLoss: null,
    gradNorm: null,
    learningRate: learningRateAt(schedule, 0),
    tokensPerSecond: 0,
  };
  const progress: Progress = restored?.progress ?? {
    step: 0,
    tokensSeen: 0,
    evalLossBefore: null,
    evalLoss: null,
    pendingMetric: untold,
    best: null,
    evaluationsWithoutImprovement: 0,
  };
  let savedStep = restored ? progress.step : null;
  emit({
    kind: "hello",
    protocol: PROTOCOL_VERSION,
    engine: "onnx",
    device: model.device,
    versions: options.versions,
    totalSteps,
    startStep: progress.step,
    trainableParameters: parameters.reduce((sum, { data }) => sum + data.length, 0),
    totalParameters: model.totalParameters,
    evalTokens: countHeldOutTokens(blocks, config.max_eval_tokens),
  });
  if (restored) log("info", `Continuing after step ${progress.step}.`);
  log("info", describeHeldOut(blocks, config.max_eval_tokens));

  const save = async () => {
    assertFinite(parameters, progress.step);
    const rng = options.rng.state;
    const adapter = model.adapter?.settings ?? null;
    const written = await writeCheckpoint(runDir, { configHash, progress, rng, parameters, optimizer, adapter });
    savedStep = progress.step;
    emit({ kind: "checkpoint", step: progress.step, ...written });
  };
  const stop = async (): Promise<"stopped"> => {
    if (savedStep !== progress.step || progress.pendingMetric) await save();
    const { step, evalLossBefore } = progress;
    emit({ kind: "done", outcome: "stopped", step, adapterPath: null, evalLossBefore, evalLossAfter: null });
    return "stopped";
  };

  const savesBest = config.load_best_model_at_end || config.early_stopping_patience > 0;
  for (;;) {
    // 1. What is due after this step: evaluation and samples, then its metric, then a checkpoint.
    const { step } = progress;
    if (progress.pendingMetric) {
      const isDue =
        step === 0 || step === totalSteps || (config.eval_interval > 0 && step % config.eval_interval === 0);
      const heldOut = isDue && blocks.manifest.splits.eval.trainableTokens > 0;
      if (heldOut) {
        const result = await evaluateHeldOut({
          model,
          blocks,
          batchSize: config.batch_size,
          maxPositions: config.max_eval_tokens,
          shouldStop: options.shouldStop,
          onProgress: (done, total) => tellProgress("evaluating", done, total),
        });
        if (options.shouldStop() && !result) return await stop();
        progress.evalLoss = result?.loss ?? null;
        if (step === 0) progress.evalLossBefore = progress.evalLoss;
      }
      const evalIsFinite = progress.evalLoss === null || Number.isFinite(progress.evalLoss);
      // Step 0 has nothing to tell but its evaluation.
      if (step > 0 || progress.evalLoss !== null) {
        emit(metricFrame(options, progress, progress.pendingMetric, stepsPerEpoch, evalIsFinite));
      }
      if (!evalIsFinite) throw diverged("held-out loss", step, progress.pendingMetric.learningRate, config);
      if (heldOut && step > 0 && progress.evalLoss !== null) {
        const evaluation = { step, evalLoss: progress.evalLoss };
        Object.assign(progress, recordEvaluation(progress, evaluation, config));
      }
      if (isDue) await emitSamples(options, step);
      progress.pendingMetric = null;
      const isCheckpointDue = config.checkpoint_interval > 0 && step % config.checkpoint_interval === 0;
      if (step > 0 && (isCheckpointDue || (savesBest && progress.best?.step === step))) await save();
    }
    if (step === totalSteps || isPatienceOver(progress, config)) break;
    if (options.takeCheckpointRequest() && savedStep !== step) await save();
    if (options.shouldStop()) return await stop();

    // 2. One optimizer step over its micro-batches.
    const startedAt = options.now();
    tellProgress("training", step, totalSteps);
    const epoch = Math.floor(step / stepsPerEpoch);
    const order = epochOrder(blocks.manifest.splits.train.blocks, config.seed, epoch);
    const microBatches = stepMicroBatches(step, order, {
      stepsPerEpoch,
      batchSize: config.batch_size,
      accumulationSteps: config.gradient_accumulation_steps,
    }).map((indices) => ({
      ...blocks.getBatch("train", indices, config.batch_size),
      seeds: blockSeeds(config.seed, epoch, indices, config.batch_size),
      noiseAlpha: config.neftune_noise_alpha,
    }));
    const lossTokens = microBatches.reduce((sum, batch) => sum + countLossTokens(batch), 0);
    for (const { gradient } of parameters) gradient.fill(0);
    let lossSum = 0;
    try {
      for (const batch of microBatches) {
        // Lets commands and signals in, also when the model never waits for anything.
        await nextTurn();
        if (options.shouldStop()) throw new StopRequested();
        const expected = countLossTokens(batch);
        if (expected === 0) continue;
        const result = await model.accumulateGradients(batch, 1 / lossTokens, options.shouldStop);
        if (result.tokenCount !== expected) {
          throw new TrainingFailure("internal", "The model and the data disagree on which tokens get loss.", step);
        }
        lossSum += result.lossSum;
      }
    } catch (error) {
      if (!(error instanceof StopRequested)) throw error;
      // Nothing but gradients has changed, and those are made anew: this is the state after the last whole step.
      return await stop();
    }

    // 3. A loss or gradient that is not finite ends the run before it can touch the parameters.
    const learningRate = learningRateAt(schedule, step);
    const gradNorm = gradientNorm(parameters);
    const trainLoss = lossTokens > 0 ? lossSum / lossTokens : null;
    if (!Number.isFinite(gradNorm) || !Number.isFinite(lossSum)) {
      const bad = { trainLoss, gradNorm, learningRate, tokensPerSecond: 0 };
      const failed = { ...progress, step: step + 1, evalLoss: null };
      emit(metricFrame(options, failed, bad, stepsPerEpoch, false));
      throw diverged(Number.isFinite(lossSum) ? "gradient" : "training loss", step, learningRate, config);
    }

    // 4. Clip, update, and note what there is to tell.
    clipGradients(parameters, gradNorm, config.max_grad_norm);
    await optimizer.update(learningRate);
    progress.step += 1;
    progress.tokensSeen += lossTokens;
    progress.evalLoss = null;
    const seconds = Math.max(options.now() - startedAt, 1e-3) / 1000;
    const tokensPerSecond = microBatches.reduce((sum, batch) => sum + countTokens(batch), 0) / seconds;
    progress.pendingMetric = { trainLoss, gradNorm, learningRate, tokensPerSecond };
  }

  // 5. The result: the last checkpoint, then adapter or model, of the best step if asked, read again and compared.
  emit({ kind: "progress", phase: "saving", done: 0, total: 1 });
  const { step } = progress;
  if (savedStep !== step) await save();
  const endReason = step < totalSteps ? describeEarlyStop({ step, totalSteps }, config) : null;
  if (endReason !== null) log("info", endReason);
  const { best } = progress;
  let result = { step, evalLoss: progress.evalLoss };
  if (config.load_best_model_at_end && best !== null && best.step !== step) {
    try {
      await loadCheckpointParameters(runDir, best.step, parameters, configHash);
      result = best;
      log("info", `The result is that of step ${best.step}, whose held-out loss was the lowest.`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "";
      log(
        "warn",
        `The checkpoint of step ${best.step}, the best, can't be read, so the result is the last step's: ${reason}`,
      );
    }
  }
  assertFinite(parameters, result.step);
  const adapterPath = await saveResult({ runDir, modelDir: options.modelDir, model });
  emit({
    kind: "done",
    outcome: "completed",
    step,
    adapterPath,
    evalLossBefore: progress.evalLossBefore,
    evalLossAfter: result.evalLoss,
    adapterStep: result.step,
    ...(endReason === null ? {} : { endReason }),
  });
  return "completed";
}

/** What the form checks too, but a run started by file may have missed. */
function checkTrainable({ blocks, config, model }: TrainOptions, totalSteps: number): void {
  const { splits, blockLength } = blocks.manifest;
  if (splits.train.blocks === 0 || splits.train.trainableTokens === 0) {
    throw new TrainingFailure("data_error", "The dataset has no token to learn from; choose another dataset.", null);
  }
  if (blockLength !== config.max_seq_length) {
    const message = `The data was prepared for sequences of ${blockLength} tokens, but max_seq_length is ${config.max_seq_length}.`;
    throw new TrainingFailure("data_error", message, null);
  }
  if (config.warmup_steps >= totalSteps && config.warmup_steps > 0) {
    const message = `warmup_steps is ${config.warmup_steps}, but the run has only ${totalSteps} steps; lower it.`;
    throw new TrainingFailure("user_config", message, null);
  }
  if (splits.eval.trainableTokens === 0 && (config.load_best_model_at_end || config.early_stopping_patience > 0)) {
    const setting = config.load_best_model_at_end ? "load_best_model_at_end" : "early_stopping_patience";
    const message = `${setting} goes by the held-out loss, but nothing is held out; raise eval_split or turn it off.`;
    throw new TrainingFailure("user_config", message, null);
  }
  if (model.parameters.length === 0) {
    throw new TrainingFailure("user_config", "There is no parameter to train; choose other target_modules.", null);
  }
}

function describeHeldOut({ manifest }: Blocks, maxPositions: number): string {
  const { blocks, trainableTokens } = manifest.splits.eval;
  if (trainableTokens === 0) return "There is no held-out data, so no held-out loss is measured.";
  const used = selectEvalBlocks(blocks, manifest.blockLength, maxPositions).length;
  const share = used === blocks ? "all" : "evenly spread";
  return `Held-out loss is measured on ${used} of ${blocks} blocks (${share}), ${used * manifest.blockLength} tokens with padding.`;
}

function countTokens({ segments }: Batch): number {
  let count = 0;
  for (const segment of segments) if (segment !== PADDING_SEGMENT) count++;
  return count;
}

/** NaN and Infinity are null in JSON anyway; here it is meant. */
const finiteOrNull = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

function metricFrame(
  options: TrainOptions,
  progress: Progress,
  values: PendingMetric,
  stepsPerEpoch: number,
  allFinite: boolean,
): Frame {
  return {
    kind: "metric",
    step: progress.step,
    epoch: progress.step / stepsPerEpoch,
    trainLoss: finiteOrNull(values.trainLoss),
    evalLoss: finiteOrNull(progress.evalLoss),
    learningRate: values.learningRate,
    gradNorm: finiteOrNull(values.gradNorm),
    tokensPerSecond: values.tokensPerSecond,
    tokensSeen: progress.tokensSeen,
    peakBytes: options.peakBytes(),
    residentBytes: options.residentBytes(),
    isFinite: allFinite,
    rank: 0,
  };
}

async function emitSamples(options: TrainOptions, step: number): Promise<void> {
  const { tokenizer, model, blocks, shouldStop, now } = options;
  if (!tokenizer) return;
  const contextLength = blocks.manifest.blockLength;
  for (const { name, prompt, suffix } of options.samplePrompts) {
    if (shouldStop()) return;
    const completion = await completeGreedily({ model, tokenizer, prompt, suffix, contextLength, shouldStop, now });
    options.emit({ kind: "sample", step, name, prompt, ...(suffix === undefined ? {} : { suffix }), completion });
  }
}

/** Every change of phase is told at once, the rest now and then. */
function throttledProgress({ emit, now }: TrainOptions) {
  let told: { phase: string; at: number } | null = null;
  return (phase: "training" | "evaluating", done: number, total: number) => {
    if (told?.phase === phase && now() - told.at < PROGRESS_INTERVAL_MS[phase]) return;
    told = { phase, at: now() };
    emit({ kind: "progress", phase, done, total });
  };
}

function assertFinite(parameters: readonly Parameter[], step: number): void {
  for (const { name, data } of parameters) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) {
        const message = `The parameter ${name} stopped being finite; lower the learning rate or raise warm-up.`;
        throw new TrainingFailure("diverged", message, step);
      }
    }
  }
}

function diverged(what: string, step: number, learningRate: number, config: RunConfig): TrainingFailure {
  const advice =
    step === 0 && (config.warmup_steps > 0 || what === "held-out loss")
      ? "the base model or the data is not usable as it is"
      : `lower the learning rate (it was ${learningRate.toPrecision(3)}) or raise warm-up`;
  const message = `The ${what} stopped being a finite number after step ${step}: ${advice}; earlier checkpoints are kept.`;
  return new TrainingFailure("diverged", message, step);
}
