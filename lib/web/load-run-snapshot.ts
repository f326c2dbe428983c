import { applyRunEvent, emptySnapshot, type RunSnapshot, thinMetrics } from "@/lib/contracts/run-snapshot";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRunEvents } from "@/lib/services/runs/list-run-events";

const EVENTS_PER_READ = 1000;
const CHART_POINTS = 2000;

/**
 * The state of a run from the database. The events are read first: what happens in between is then in the metrics and the
 * run too, and comes again by the stream, which changes nothing.
 */
export async function loadRunSnapshot(ctx: ServiceContext, runId: string): Promise<RunSnapshot> {
  let snapshot = emptySnapshot(await getRun(ctx, { runId }));
  for (;;) {
    const events = await listRunEvents(ctx, { runId, afterSeq: snapshot.lastSeq, limit: EVENTS_PER_READ });
    // Metrics have a table of their own; the rest of the events is short.
    for (const event of events) {
      snapshot = event.kind === "metric" ? { ...snapshot, lastSeq: event.seq } : applyRunEvent(snapshot, event);
    }
    if (events.length < EVENTS_PER_READ) break;
  }
  const metrics = await listMetrics(ctx, { runId });
  return { ...snapshot, run: await getRun(ctx, { runId }), metrics: thinMetrics(metrics, CHART_POINTS) };
}
