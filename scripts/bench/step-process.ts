/**
 * @file A contestant of ours: a model folder, LoRA of rank 8 on all linear layers, one step of AdamW a turn, batch 1.
 * `step-process <folder> <tokens> <threads> <settings as JSON>`; the first step is done before it says it is ready.
 */
import { RunConfig } from "@/lib/contracts/run-config";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { openOptimizer } from "@/lib/engine/optim/open-optimizer";
import { Rng } from "@/lib/engine/optim/rng";
import type { Batch } from "@/lib/engine/types";
import { benchTokens } from "./bench-tokens";
import { serveSteps } from "./serve-steps";

const LEARNING_RATE = 1e-4;

const [modelDir, lengthText, threadsText, settings = "{}"] = process.argv.slice(2);
const blockLength = Number(lengthText);
const threads = Number(threadsText);
const config = RunConfig.parse({
  model_type: modelDir,
  dataset_name: "the bench's tokens",
  batch_size: 1,
  max_seq_length: blockLength,
  rank: 8,
  alpha: 16,
  ...JSON.parse(settings),
});
const model = await openTrainableModel({
  modelDir: config.model_type,
  config,
  rng: Rng.seeded(1),
  device: "cpu",
  threads,
});
const optimizer = await openOptimizer(model.parameters, config, threads);
const tokens = benchTokens(blockLength, model.architecture.shape.vocabularySize);
const batch: Batch = {
  batchSize: 1,
  blockLength,
  tokens,
  labels: tokens,
  positions: Int32Array.from(tokens, (_, i) => i),
  segments: new Int32Array(blockLength),
  seeds: Uint32Array.of(1),
};

async function step(): Promise<{ loss: number }> {
  const { lossSum, tokenCount } = await model.accumulateGradients(batch, 1 / (blockLength - 1));
  await optimizer.update(LEARNING_RATE);
  for (const { gradient } of model.parameters) gradient.fill(0);
  return { loss: lossSum / tokenCount };
}

const trainableParameters = model.parameters.reduce((sum, { data }) => sum + data.length, 0);
const baseParameters = model.totalParameters - (config.method === "full" ? 0 : trainableParameters);
await serveSteps({ baseParameters, trainableParameters, firstLoss: (await step()).loss }, step);
process.exit(0);
