/**
 * @file Trains the bundled base model from scratch with the studio's own engine:
 * `npx tsx scripts/base-model/train-base.ts --minutes 70 [--resume]`, or `--steps N` for a schedule by steps.
 * Needs the collected corpus and the tokenizer. Checkpoints and the log go to --work; `export-base.ts` then writes
 * models/tiny-code. By time, a slower machine sees fewer tokens but still ends with the whole schedule.
 */
import { existsSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { clipGradients, gradientNorm } from "@/lib/engine/optim/clip-gradients";
import { Rng } from "@/lib/engine/optim/rng";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { FULL_TRAINING } from "./base-model-config";
import { BaseOptimizer, type BaseProgress, restoreBaseCheckpoint, saveBaseCheckpoint } from "./base-training-state";
import { measureBitsPerByte } from "./bits-per-byte";
import { GradientWorkers } from "./gradient-workers";
import { readCorpus } from "./read-corpus";
import { createCursor, TokenStream, tokenizeCorpus } from "./token-stream";
import { writeRandomModel } from "./write-random-model";

/**
 * Short blocks first: attention over long ones costs more time than it teaches at the beginning. Small steps first too:
 * while the loss falls fast, many rough steps teach more than few exact ones.
 */
const PHASES = [
  { until: 0.14, tokensPerStep: 2048, batchSize: 4, blockLength: 256 },
  { until: 0.7, tokensPerStep: 4096, batchSize: 8, blockLength: 256 },
  { until: 0.9, tokensPerStep: 8192, batchSize: 4, blockLength: 512 },
  { until: 1, tokensPerStep: 8192, batchSize: 2, blockLength: 1024 },
] as const;
const WARMUP = 0.02;
/** The last part of the schedule goes down in a straight line to this share of the peak. */
const DECAY_FROM = 0.5;
const FINAL_SHARE = 0.02;
const MAX_GRADIENT_NORM = 1;
const WATCHED_FILES = 10;

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: join(tmpdir(), "codetune-corpus") },
    tokenizer: { type: "string", default: "models/tiny-code" },
    work: { type: "string", default: join(tmpdir(), "codetune-base") },
    minutes: { type: "string", default: "70" },
    steps: { type: "string" },
    resume: { type: "boolean", default: false },
    threads: { type: "string", default: String(availableParallelism()) },
    seed: { type: "string", default: "1" },
    "learning-rate": { type: "string", default: "0.004" },
    "muon-learning-rate": { type: "string", default: "0.02" },
    "checkpoint-minutes": { type: "string", default: "4" },
    "evaluate-minutes": { type: "string", default: "20" },
  },
});
const seed = Number(values.seed);
const budgetSeconds = Number(values.minutes) * 60;
const budgetSteps = values.steps === undefined ? null : Number(values.steps);
const peak = { adamw: Number(values["learning-rate"]), muon: Number(values["muon-learning-rate"]) };

function scheduleAt(progress: number): number {
  if (progress < WARMUP) return Math.max(0.01, progress / WARMUP);
  if (progress < DECAY_FROM) return 1;
  return Math.max(FINAL_SHARE, 1 - (1 - FINAL_SHARE) * ((progress - DECAY_FROM) / (1 - DECAY_FROM)));
}

const work = resolve(values.work);
const checkpoint = join(work, "checkpoint");
const logFile = join(work, "log.jsonl");
await mkdir(work, { recursive: true });
const log = async (record: Record<string, unknown>) => {
  const line = JSON.stringify({ time: new Date().toISOString(), ...record });
  console.log(line);
  await appendFile(logFile, `${line}\n`);
};

const tokenizer = await loadTokenizer(resolve(values.tokenizer));
const corpus = await tokenizeCorpus(resolve(values.corpus), tokenizer);
await log({
  corpusTokens: corpus.tokens.length,
  corpusBytes: corpus.bytes,
  bytesPerToken: corpus.bytes / corpus.tokens.length,
});
const heldOut: DatasetDocument[] = [];
for await (const document of readCorpus(resolve(values.corpus), "held-out")) heldOut.push(document);
/** A fixed few of the held-out files, to watch; the figure in the card is of all of them. */
const watched = Rng.seeded(7)
  .shuffle(heldOut.map((_, i) => i))
  .slice(0, WATCHED_FILES);

const isResumed = values.resume && existsSync(checkpoint);
if (!isResumed) await writeRandomModel(join(work, "start"), seed);
const modelDir = isResumed ? checkpoint : join(work, "start");
const model = await openTrainableModel({
  modelDir,
  config: FULL_TRAINING,
  rng: Rng.seeded(seed),
  device: "cpu",
  threads: 1,
});
const workers = await GradientWorkers.create(modelDir, model.parameters, Number(values.threads));
const optimizer = await BaseOptimizer.create(model.parameters);
const progress: BaseProgress = isResumed
  ? await restoreBaseCheckpoint(checkpoint, optimizer)
  : { step: 0, tokensSeen: 0, trainingSeconds: 0, cursor: createCursor() };
const stream = new TokenStream(corpus, seed, progress.cursor);

async function evaluate(): Promise<void> {
  const documents = watched.flatMap((index) => heldOut[index] ?? []);
  const { bitsPerByte } = await measureBitsPerByte(model, tokenizer, documents, 512);
  await log({ step: progress.step, tokensSeen: progress.tokensSeen, watchedBitsPerByte: bitsPerByte });
}

const share = () => (budgetSteps === null ? progress.trainingSeconds / budgetSeconds : progress.step / budgetSteps);
let sinceCheckpoint = 0;
let sinceEvaluation = 0;
let window = { lossSum: 0, tokens: 0, seconds: 0, gradientSeconds: 0 };
for (let done = share(); done < 1; done = share()) {
  const started = performance.now();
  const phase = PHASES.find(({ until }) => done < until) ?? PHASES[3];
  const batches = Array.from({ length: phase.tokensPerStep / (phase.batchSize * phase.blockLength) }, () =>
    stream.next(phase.batchSize, phase.blockLength),
  );
  const { lossSum, tokenCount } = await workers.compute(batches, 1 / phase.tokensPerStep);
  const gradientSeconds = (performance.now() - started) / 1000;
  const norm = gradientNorm(model.parameters);
  if (!Number.isFinite(norm) || !Number.isFinite(lossSum))
    throw new Error(`The loss is not finite after step ${progress.step}.`);
  clipGradients(model.parameters, norm, MAX_GRADIENT_NORM);
  const rate = scheduleAt(done);
  await optimizer.update({ adamw: peak.adamw * rate, muon: peak.muon * rate });
  const seconds = (performance.now() - started) / 1000;
  progress.step++;
  progress.tokensSeen += tokenCount;
  progress.trainingSeconds += seconds;
  window = {
    lossSum: window.lossSum + lossSum,
    tokens: window.tokens + tokenCount,
    seconds: window.seconds + seconds,
    gradientSeconds: window.gradientSeconds + gradientSeconds,
  };
  if (progress.step % 20 === 0) {
    await log({
      step: progress.step,
      share: done,
      blockLength: phase.blockLength,
      trainLoss: window.lossSum / window.tokens,
      gradNorm: norm,
      rate,
      tokensSeen: progress.tokensSeen,
      tokensPerSecond: window.tokens / window.seconds,
      optimizerShare: 1 - window.gradientSeconds / window.seconds,
      epoch: stream.cursor.epoch,
    });
    window = { lossSum: 0, tokens: 0, seconds: 0, gradientSeconds: 0 };
  }
  sinceCheckpoint += seconds;
  sinceEvaluation += seconds;
  if (sinceCheckpoint > Number(values["checkpoint-minutes"]) * 60) {
    await saveBaseCheckpoint(checkpoint, model.parameters, optimizer, progress);
    sinceCheckpoint = 0;
  }
  if (sinceEvaluation > Number(values["evaluate-minutes"]) * 60) {
    await evaluate();
    sinceEvaluation = 0;
  }
}
await saveBaseCheckpoint(checkpoint, model.parameters, optimizer, progress);
await evaluate();
await workers.dispose();
await model.dispose();
await log({ done: true, ...progress });
