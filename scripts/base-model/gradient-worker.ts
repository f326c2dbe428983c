/**
 * @file One thread of data-parallel training: its own copy of the model on one processor. Measured on two busy cores,
 * models that keep to one core each made 2,400 tokens per second of processor time, one model split over both 1,500.
 */
import { parentPort, workerData } from "node:worker_threads";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { Rng } from "@/lib/engine/optim/rng";
import type { Batch, LossSum } from "@/lib/engine/types";
import { FULL_TRAINING, KEEP_BYTES } from "./base-model-config";

export interface GradientWorkerData {
  modelDir: string;
  /** All parameters, one after another in their order. Read before every task. */
  weights: Float32Array;
  /** The same layout; written after every task. */
  gradients: Float32Array;
}
export interface GradientTask {
  batches: Batch[];
  gradientScale: number;
}
export type GradientReply = { kind: "ready" } | { kind: "done"; loss: LossSum } | { kind: "failed"; message: string };

const port = parentPort;
if (port === null) throw new Error("gradient-worker.ts runs as a worker thread only.");
const { modelDir, weights, gradients } = workerData as GradientWorkerData;
const model = await openTrainableModel({
  modelDir,
  config: FULL_TRAINING,
  rng: Rng.seeded(0),
  device: "cpu",
  threads: 1,
  keepBytes: KEEP_BYTES,
});
const reply = (message: GradientReply) => port.postMessage(message);

async function accumulate({ batches, gradientScale }: GradientTask): Promise<LossSum> {
  let at = 0;
  for (const { data, gradient } of model.parameters) {
    data.set(weights.subarray(at, at + data.length));
    gradient.fill(0);
    at += data.length;
  }
  const sum: LossSum = { lossSum: 0, tokenCount: 0 };
  for (const batch of batches) {
    const loss = await model.accumulateGradients(batch, gradientScale);
    sum.lossSum += loss.lossSum;
    sum.tokenCount += loss.tokenCount;
  }
  at = 0;
  for (const { gradient } of model.parameters) {
    gradients.set(gradient, at);
    at += gradient.length;
  }
  return sum;
}

port.on("message", (task: GradientTask) => {
  accumulate(task).then(
    (loss) => reply({ kind: "done", loss }),
    (error: unknown) =>
      reply({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
reply({ kind: "ready" });
