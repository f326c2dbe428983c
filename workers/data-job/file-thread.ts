/** @file One thread of a build: does tasks as they come. */
import { parentPort } from "node:worker_threads";
import { createFileTaskRunner, type FileTask } from "@/lib/datasets/pipeline/file-task";
import type { ThreadReply } from "./thread-pool";

const port = parentPort;
if (port === null) throw new Error("file-thread.ts runs as a worker thread only.");
const runner = createFileTaskRunner();
const reply = (message: ThreadReply) => port.postMessage(message);
// One after another: a store answers one question at a time.
let last: Promise<void> = Promise.resolve();
port.on("message", ({ id, task }: { id: number; task: FileTask }) => {
  last = last.then(async () => {
    try {
      reply({ id, result: await runner.run(task) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
});
