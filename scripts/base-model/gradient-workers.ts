/** @file Data-parallel gradients over worker threads: shared weights in, summed gradients out, always in the same order. */
import { Worker } from "node:worker_threads";
import type { Batch, LossSum, Parameter } from "@/lib/engine/types";
import type { GradientReply, GradientTask, GradientWorkerData } from "./gradient-worker";

/** Node 20 does not hand tsx's loader down to worker threads, so the thread sets it up itself. */
const START_WITH_TSX = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(require("node:worker_threads").workerData.script);
});`;

interface Member {
  worker: Worker;
  gradients: Float32Array;
}

function nextReply(worker: Worker): Promise<GradientReply> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      action();
    };
    const onMessage = (reply: GradientReply) => settle(() => resolve(reply));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) => settle(() => reject(new Error(`A gradient worker ended with code ${code}.`)));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

export class GradientWorkers {
  private constructor(
    private readonly parameters: readonly Parameter[],
    private readonly weights: Float32Array,
    private readonly members: Member[],
  ) {}

  /** @param parameters the owner's; workers open the same `modelDir` and so have the same ones in the same order */
  static async create(modelDir: string, parameters: readonly Parameter[], count: number): Promise<GradientWorkers> {
    const size = parameters.reduce((sum, { data }) => sum + data.length, 0);
    const shared = () => new Float32Array(new SharedArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT));
    const weights = shared();
    const members = Array.from({ length: count }, () => {
      const gradients = shared();
      const workerData: GradientWorkerData = { modelDir, weights, gradients };
      const script = new URL("./gradient-worker.ts", import.meta.url).href;
      return { worker: new Worker(START_WITH_TSX, { eval: true, workerData: { ...workerData, script } }), gradients };
    });
    await Promise.all(members.map(({ worker }) => nextReply(worker)));
    return new GradientWorkers(parameters, weights, members);
  }

  /** Overwrites every parameter's `gradient` with the sum over the batches; batch i goes to worker i mod count. */
  async compute(batches: readonly Batch[], gradientScale: number): Promise<LossSum> {
    let at = 0;
    for (const { data } of this.parameters) {
      this.weights.set(data, at);
      at += data.length;
    }
    const replies = await Promise.all(
      this.members.map(({ worker }, index) => {
        const reply = nextReply(worker);
        const task: GradientTask = {
          batches: batches.filter((_, i) => i % this.members.length === index),
          gradientScale,
        };
        worker.postMessage(task);
        return reply;
      }),
    );
    const sum: LossSum = { lossSum: 0, tokenCount: 0 };
    for (const reply of replies) {
      if (reply.kind !== "done")
        throw new Error(reply.kind === "failed" ? reply.message : "A gradient worker spoke out of turn.");
      sum.lossSum += reply.loss.lossSum;
      sum.tokenCount += reply.loss.tokenCount;
    }
    at = 0;
    for (const { gradient } of this.parameters) {
      gradient.fill(0);
      for (const { gradients } of this.members) {
        for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) + (gradients[at + i] as number);
      }
      at += gradient.length;
    }
    return sum;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.members.map(({ worker }) => worker.terminate()));
  }
}
