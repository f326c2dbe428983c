/**
 * @file One cell of the engine's table, in a process of its own so that its peak memory is its own:
 * `tsx measure-step.ts <model folder> <tokens per step> <steps>` prints one JSON line.
 * Steps alternate with measurements of the machine's matrix rate, so that a drifting machine drifts for both.
 */
import { RunConfig } from "@/lib/contracts/run-config";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { initAdamW, updateAdamW } from "@/lib/engine/optim/adamw";
import { Rng } from "@/lib/engine/optim/rng";
import type { Batch } from "@/lib/engine/types";
import { openSgemm } from "./measure-sgemm";

const [modelDir, lengthText, stepsText, precision = "fp32"] = process.argv.slice(2);
if (!modelDir || !lengthText || !stepsText)
  throw new Error("usage: measure-step.ts <model folder> <tokens per step> <steps>");
const blockLength = Number(lengthText);
const steps = Number(stepsText);
const WARM_UP_STEPS = 1;

const started = performance.now();
const config = RunConfig.parse({
  model_type: modelDir,
  dataset_name: "random tokens",
  batch_size: 1,
  max_seq_length: blockLength,
  rank: 8,
  alpha: 16,
  base_precision: precision,
});
const model = await openTrainableModel({ modelDir, config, rng: Rng.seeded(1), device: "cpu" });
const optimizer = initAdamW(model.parameters);
const adamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const rng = Rng.seeded(2);
const tokens = Int32Array.from({ length: blockLength }, () => rng.below(model.architecture.shape.vocabularySize));
const batch: Batch = {
  batchSize: 1,
  blockLength,
  tokens,
  labels: tokens,
  positions: Int32Array.from(tokens, (_, i) => i),
  segments: new Int32Array(blockLength),
};

const measureSgemm = await openSgemm();
const trainable = model.parameters.reduce((sum, { data }) => sum + data.length, 0);
const baseParameters = model.totalParameters - trainable;
const rows: { tokensPerSecond: number; sgemm: number; ratio: number }[] = [];
let firstStepSeconds = 0;
let before = await measureSgemm();
for (let step = 0; step < WARM_UP_STEPS + steps; step++) {
  const start = performance.now();
  await model.accumulateGradients(batch, 1 / (blockLength - 1));
  updateAdamW(model.parameters, optimizer, 1e-4, adamW);
  for (const { gradient } of model.parameters) gradient.fill(0);
  const seconds = (performance.now() - start) / 1000;
  if (step === 0) firstStepSeconds = (performance.now() - started) / 1000;
  const after = await measureSgemm();
  if (step >= WARM_UP_STEPS) {
    const tokensPerSecond = blockLength / seconds;
    const sgemm = (before + after) / 2;
    // Useful work: 4 FLOP per parameter and token (forward 2, backward to activations 2); recomputation is not counted.
    rows.push({ tokensPerSecond, sgemm, ratio: (4 * baseParameters * tokensPerSecond) / sgemm });
  }
  before = after;
}
await model.dispose();
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;
console.log(
  JSON.stringify({
    blockLength,
    baseParameters,
    trainableParameters: trainable,
    tokensPerSecond: median(rows.map((row) => row.tokensPerSecond)),
    sgemmFlops: median(rows.map((row) => row.sgemm)),
    usefulFlopsOverSgemm: median(rows.map((row) => row.ratio)),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    secondsToFirstStep: firstStepSeconds,
  }),
);
