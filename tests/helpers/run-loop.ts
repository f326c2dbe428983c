/** @file The training loop over the bigram model and small blocks, with everything it says. */
import { join } from "node:path";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { Frame, type MetricFrame } from "@/lib/contracts/trainer-protocol";
import { openBlocks } from "@/lib/engine/data/open-blocks";
import { Rng } from "@/lib/engine/optim/rng";
import { train } from "@/lib/engine/train/train";
import { BigramModel, type BigramOptions } from "./bigram-model";

export const VOCABULARY = 12;

/** 11 blocks in batches of 2: 6 micro-batches, the last one short; accumulated by 2: 3 steps an epoch; 9 in all. */
const CONFIG: RunConfigInput = {
  model_type: "test/bigram",
  dataset_name: "test",
  batch_size: 2,
  gradient_accumulation_steps: 2,
  epochs: 3,
  learning_rate: 0.01,
  max_seq_length: 64,
  warmup_steps: 2,
  rank: 3,
  weight_decay: 0.01,
  eval_interval: 4,
  checkpoint_interval: 2,
};
export const TOTAL_STEPS = 9;

export interface LoopOptions {
  config?: Partial<RunConfigInput>;
  model?: Partial<BigramOptions>;
  resume?: boolean;
  stopWhen?(frames: Frame[]): boolean;
  onFrame?(frame: Frame, index: number): void;
  checkpointWhen?(frames: Frame[]): boolean;
  /** Instead of `run` in the folder. */
  in?: string;
}

/** @param dir holds `blocks`, and `model` for method full */
export async function runLoop(dir: string, harness: LoopOptions = {}) {
  const config = RunConfig.parse({ ...CONFIG, ...harness.config });
  const rng = Rng.seeded(config.seed);
  const model = new BigramModel({ vocabularySize: VOCABULARY, rank: config.rank, rng, ...harness.model });
  const frames: Frame[] = [];
  let clock = 0;
  const promise = train({
    runDir: harness.in ?? join(dir, "run"),
    modelDir: join(dir, "model"),
    config,
    resume: harness.resume ?? false,
    samplePrompts: [{ name: "count", prompt: "1" }],
    model,
    blocks: await openBlocks(join(dir, "blocks")),
    rng,
    baseFingerprint: "base",
    tokenizer: {
      encode: (text) => [...text].map((character) => Number.parseInt(character, 36)),
      decode: (ids) => ids.map((id) => id.toString(36)).join(""),
      eosTokenId: 0,
    },
    versions: { node: process.version },
    emit: (frame) => {
      harness.onFrame?.(frame, frames.length);
      frames.push(Frame.parse(JSON.parse(JSON.stringify(frame))));
    },
    shouldStop: () => harness.stopWhen?.(frames) ?? false,
    takeCheckpointRequest: () => harness.checkpointWhen?.(frames) ?? false,
    now: () => (clock += 10),
    peakBytes: () => 1,
    residentBytes: () => 1,
  });
  const outcome = await promise.catch((error: unknown) => error);
  return { frames, model, outcome };
}

export const metricsOf = (frames: Frame[]) => frames.filter((frame) => frame.kind === "metric");
/** What must not depend on how often a run was stopped. */
export const curve = (metrics: MetricFrame[]) =>
  metrics.map(({ step, epoch, trainLoss, evalLoss, learningRate, gradNorm, tokensSeen }) => ({
    step,
    epoch,
    trainLoss,
    evalLoss,
    learningRate,
    gradNorm,
    tokensSeen,
  }));
