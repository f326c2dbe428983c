/** @file One attempt at one job, from its order to its last frame. */
import { readFile } from "node:fs/promises";
import { DataJobOrder, JobCommand, type JobFrame } from "@/lib/contracts/data-job";
import { frameWriter, hasFrameDescriptor } from "../child/frame-writer";
import { readCommands } from "../child/read-commands";
import { describeJobFailure } from "./describe-job-failure";
import { runJob } from "./run-job";
import { throttleProgress } from "./throttle-progress";

/** @returns the process's exit code: 0 after `done`, else 1 */
export async function runDataJob(orderPath: string | undefined): Promise<number> {
  if (orderPath === undefined || !hasFrameDescriptor()) {
    console.error("This is a part of CodeTune Studio that works on data; its worker starts it.");
    return 1;
  }
  const abort = new AbortController();
  const stop = () => abort.abort();
  const emit = frameWriter<JobFrame>(stop);
  readCommands(process.stdin, JobCommand, stop, (line) => console.error(`Not a command: ${line}`));
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  try {
    const { spec, paths, workDir, outDir } = DataJobOrder.parse(JSON.parse(await readFile(orderPath, "utf8")));
    const outcome = await runJob(spec, {
      paths,
      workDir,
      outDir,
      signal: abort.signal,
      onProgress: throttleProgress((progress) => emit({ kind: "progress", progress })),
      log: (text) => console.log(text),
    });
    emit({ kind: "done", outcome });
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) console.error(error);
    emit({ kind: "error", message: describeJobFailure(error).slice(0, 5000), isStopped: abort.signal.aborted });
    return 1;
  }
}
