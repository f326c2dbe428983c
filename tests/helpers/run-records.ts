/** @file What tests look at in a run: its state as it changes, and all that was written down about it. */
import type { RunEventView, RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import { waitFor } from "./wait-for";

const EVENTS_PER_PAGE = 5000;

/** The run as soon as `look` likes it. */
export const untilRun = (ctx: ServiceContext, runId: string, look: (run: RunView) => boolean): Promise<RunView> =>
  waitFor(runId, async () => {
    const run = await getRun(ctx, { runId });
    return look(run) && run;
  });

/** All of them, however many, oldest first. */
export async function everyEvent(ctx: ServiceContext, runId: string, limit = EVENTS_PER_PAGE): Promise<RunEventView[]> {
  const events: RunEventView[] = [];
  for (;;) {
    const page = await listRunEvents(ctx, { runId, afterSeq: events.at(-1)?.seq ?? 0, limit });
    events.push(...page);
    if (page.length < limit) return events;
  }
}

/** One entry for each row of the database, in order. */
export const recordedSteps = async (ctx: ServiceContext, runId: string): Promise<number[]> =>
  (await listMetrics(ctx, { runId, maxPoints: Number.POSITIVE_INFINITY })).map(({ step }) => step);

/** What the steps of a run must be: 0, where the model is measured before training, to `last`, each once. */
export const stepsUpTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, step) => step);
