/** @file Threads that read and judge files for a build. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FileTask, FileTaskResult } from "@/lib/datasets/pipeline/file-task";
import type { FilePool } from "@/lib/datasets/pipeline/find-texts";

/** Node does not hand tsx's loader down to worker threads, so the thread sets it up itself. */
const START_WITH_TSX = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(require("node:worker_threads").workerData.script);
});`;

export type ThreadReply = { id: number; result: FileTaskResult } | { id: number; error: string };
interface Waiting {
  resolve(result: FileTaskResult): void;
  reject(error: Error): void;
}

const MAX_THREADS = 8;

export class ThreadPool implements FilePool {
  readonly threads: number;
  private readonly workers: Worker[] = [];
  /** Tasks that each thread has got and not done. */
  private readonly load: number[];
  private readonly waiting = new Map<number, Waiting & { worker: number }>();
  private nextId = 0;

  constructor(threads = Math.min(MAX_THREADS, availableParallelism())) {
    this.threads = threads;
    this.load = new Array<number>(threads).fill(0);
  }

  run(task: FileTask): Promise<FileTaskResult> {
    const worker = this.load.indexOf(Math.min(...this.load));
    // A small build needs one.
    if (this.workers[worker] === undefined) this.start(worker);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, worker });
      this.load[worker] = (this.load[worker] ?? 0) + 1;
      this.workers[worker]?.postMessage({ id, task });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private start(index: number): void {
    const isSource = import.meta.url.endsWith(".ts");
    const script = new URL(isSource ? "./file-thread.ts" : "./file-thread.mjs", import.meta.url);
    const worker = isSource
      ? new Worker(START_WITH_TSX, { eval: true, workerData: { script: script.href } })
      : new Worker(script);
    this.workers[index] = worker;
    worker.on("message", (reply: ThreadReply) => {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      this.load[index] = (this.load[index] ?? 1) - 1;
      if ("error" in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.result);
    });
    const fail = (reason: string) => {
      for (const [id, waiting] of this.waiting) {
        if (waiting.worker !== index) continue;
        this.waiting.delete(id);
        waiting.reject(new Error(reason));
      }
    };
    worker.on("error", (error) => fail(`A thread failed: ${error.message}`));
    worker.on("exit", (code) => fail(`A thread ended with code ${code}.`));
  }
}
