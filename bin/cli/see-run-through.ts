import type { RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { stopRun } from "@/lib/services/runs/stop-run";
import { followRun, type RunWatcher } from "./follow-run";
import { workerProcess } from "./processes/worker-process";
import { createOutput } from "./run-output/create-watcher";
import { say } from "./say";
import { StandInWorker } from "./stand-in-worker";

/**
 * Follows a run to its end and shows it. Where it waits and no worker is alive, one runs beside us until its end. The
 * first Ctrl-C asks the run to stop after its step, a second one leaves at once.
 */
export async function seeRunThrough(
  ctx: ServiceContext,
  { runId, afterSeq, isJson }: { runId: string; afterSeq: number; isJson: boolean },
): Promise<RunView> {
  let isOver = false;
  const giveUp = () => {
    isOver = true;
  };
  const worker = new StandInWorker(ctx, () => workerProcess(giveUp, { lastRunId: runId }));
  let signals = 0;
  const onSignal = () => {
    signals++;
    if (signals === 1) {
      say("Stopping after this step; press Ctrl-C again to leave at once.");
      stopRun(ctx, { runId }).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
      return;
    }
    isOver = true;
    worker.kill();
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    const output = createOutput(isJson);
    const watcher: RunWatcher = {
      event: output.event,
      view: async (view) => {
        output.view(view);
        if (!isOver) await worker.look(view);
      },
    };
    const run = await followRun(ctx, { runId, afterSeq, isOver: () => isOver }, watcher);
    output.end(run);
    return run;
  } finally {
    await worker.stop();
    for (const name of names) process.off(name, onSignal);
  }
}
