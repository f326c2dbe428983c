import { setTimeout as sleep } from "node:timers/promises";
import { isFinal } from "@/lib/contracts/run-status";
import type { RunEventView, RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { listRunEvents } from "@/lib/services/runs/list-run-events";

const INTERVAL_MS = 250;
const PAGE = 500;

export interface RunWatcher {
  event(event: RunEventView): void;
  /** Called at every look, with the run as it is now, and waited for. */
  view(run: RunView): void | Promise<void>;
}

/** The number of the last event there is, so that a resumed run is followed from now on. */
export async function lastEventSeq(ctx: ServiceContext, runId: string): Promise<number> {
  for (let seq = 0; ; ) {
    const last = (await listRunEvents(ctx, { runId, afterSeq: seq, limit: PAGE })).at(-1);
    if (last === undefined) return seq;
    seq = last.seq;
  }
}

/** Reads the run's events from the database, as the web does, until the run has ended and all are read. */
export async function followRun(
  ctx: ServiceContext,
  { runId, afterSeq, isOver }: { runId: string; afterSeq: number; isOver: () => boolean },
  watcher: RunWatcher,
): Promise<RunView> {
  for (let seq = afterSeq; ; ) {
    // The state first: when it is final, every event has been written before it.
    const run = await getRun(ctx, { runId });
    const events = await listRunEvents(ctx, { runId, afterSeq: seq, limit: PAGE });
    for (const event of events) watcher.event(event);
    seq = events.at(-1)?.seq ?? seq;
    await watcher.view(run);
    if (events.length === PAGE) continue;
    if (isFinal(run.status) || isOver()) return run;
    await sleep(INTERVAL_MS);
  }
}
