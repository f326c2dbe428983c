/** @file A data job from the command line: shown to its end, with a worker of our own where none is alive. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DataJobProgress, JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import type { ServiceContext } from "@/lib/services/context";
import { cancelJob } from "@/lib/services/jobs/cancel-job";
import { getJob } from "@/lib/services/jobs/get-job";
import { workerProcess } from "./processes/worker-process";
import { say } from "./say";
import { StandInWorker } from "./stand-in-worker";

const INTERVAL_MS = 250;
const BAR_WIDTH = 24;

/**
 * Waits for the end and shows the way there: a bar on a terminal, otherwise a line when the stage changes; with `isJson`
 * one JSON object a line on standard output, the last one of kind "job-result". The first Ctrl-C cancels the job, a second one leaves at
 * once.
 */
export async function followJob(
  ctx: ServiceContext,
  { jobId, isJson }: { jobId: string; isJson: boolean },
): Promise<JobView> {
  let isOver = false;
  const giveUp = () => {
    isOver = true;
  };
  const worker = new StandInWorker(ctx, () => workerProcess(giveUp, { onlyJobId: jobId }));
  let signals = 0;
  const onSignal = () => {
    signals++;
    if (signals > 1) {
      isOver = true;
      worker.kill();
      return;
    }
    say("Cancelling; press Ctrl-C again to leave at once.");
    cancelJob(ctx, { jobId }).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    const show = isJson ? jsonLines() : process.stderr.isTTY ? bar() : plainLines();
    for (;;) {
      const job = await getJob(ctx, { jobId });
      show(job);
      if (isJobAtRest(job.status) || isOver) return job;
      await worker.look(job);
      await sleep(INTERVAL_MS);
    }
  } finally {
    await worker.stop();
    for (const name of names) process.off(name, onSignal);
  }
}

type Show = (job: JobView) => void;

const line = (value: object): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

function jsonLines(): Show {
  let last = "";
  return ({ id, status, progress, result, error }) => {
    const state = JSON.stringify([status, progress]);
    if (state === last) return;
    last = state;
    if (isJobAtRest(status)) line({ kind: "job-result", jobId: id, status, result, error });
    else line({ kind: "job", jobId: id, status, progress });
  };
}

const count = (value: number): string => Math.round(value).toLocaleString("en-US");

function describe({ stage, done, total, unit }: DataJobProgress): string {
  const share = total === null || total === 0 ? null : Math.min(1, done / total);
  const filled = Math.round((share ?? 0) * BAR_WIDTH);
  const drawn = share === null ? "" : `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] `;
  return `${drawn}${stage}  ${count(done)}${total === null ? "" : ` of ${count(total)}`} ${unit}`;
}

function bar(): Show {
  const draw = (text: string) =>
    process.stderr.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stderr.columns ?? 120) - 1))}`);
  return ({ title, status, progress }) =>
    draw(isJobAtRest(status) ? "" : progress === null ? `${title}: ${status}` : describe(progress));
}

/** For a pipe or a file. */
function plainLines(): Show {
  let last = "";
  return ({ title, status, progress }) => {
    const text = progress === null ? `${title}: ${status}` : `${title}: ${progress.stage}`;
    if (text !== last) say(text);
    last = text;
  };
}
