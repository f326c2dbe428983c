import type { RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { stopRun } from "@/lib/services/runs/stop-run";
import { getHealth } from "@/lib/services/system/get-health";
import { followRun } from "./follow-run";
import type { SupervisedProcess } from "./processes/supervised-process";
import { workerProcess } from "./processes/worker-process";
import { createOutput } from "./run-output/create-watcher";
import { say } from "./say";

/**
 * Follows a run to its end and shows it. Where no worker is alive, one runs beside us for that long. The first Ctrl-C
 * asks the run to stop after its step, a second one leaves at once.
 */
export async function seeRunThrough(
  ctx: ServiceContext,
  { runId, afterSeq, isJson }: { runId: string; afterSeq: number; isJson: boolean },
): Promise<RunView> {
  let isOver = false;
  let worker: SupervisedProcess | null = null;
  if ((await getHealth(ctx)).status !== "ok") {
    worker = workerProcess(() => {
      isOver = true;
    }, runId);
    worker.start();
  }
  let signals = 0;
  const onSignal = () => {
    signals++;
    if (signals === 1) {
      say("Stopping after this step; press Ctrl-C again to leave at once.");
      stopRun(ctx, { runId }).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
      return;
    }
    isOver = true;
    worker?.kill();
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  try {
    const output = createOutput(isJson);
    const run = await followRun(ctx, { runId, afterSeq, isOver: () => isOver }, output);
    output.end(run);
    return run;
  } finally {
    await worker?.stop();
    for (const name of names) process.off(name, onSignal);
  }
}
