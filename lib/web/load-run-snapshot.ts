import { applyRunEvent, emptySnapshot, type RunSnapshot } from "@/lib/contracts/run-snapshot";
import type { RunEventView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRunEvents } from "@/lib/services/runs/list-run-events";

const CHART_POINTS = 2000;

/** What the screen shows besides metrics, which have a table of their own: of each the part that is shown at all. */
const PARTS: Pick<Parameters<typeof listRunEvents>[1], "kinds" | "keep" | "limit">[] = [
  { kinds: ["log", "error", "status", "hello", "checkpoint"], keep: "newest", limit: 400 },
  { kinds: ["checkpoint"], keep: "newest", limit: 1000 },
  // Completions before training, to compare with, and the latest ones.
  { kinds: ["sample"], keep: "oldest", limit: 20 },
  { kinds: ["sample"], keep: "newest", limit: 400 },
  { kinds: ["progress"], keep: "newest", limit: 1 },
  // A new status ends what was under way.
  { kinds: ["status"], keep: "newest", limit: 1 },
];

/**
 * The state of a run from the database, without reading all events of a long run. The newest event is read first: what
 * happens in between may be in the metrics and the run too, and comes again by the stream, which changes nothing.
 */
export async function loadRunSnapshot(ctx: ServiceContext, runId: string): Promise<RunSnapshot> {
  const start = emptySnapshot(await getRun(ctx, { runId }));
  const [newest] = await listRunEvents(ctx, { runId, afterSeq: 0, limit: 1, keep: "newest" });
  const lastSeq = newest?.seq ?? 0;
  const events = new Map<number, RunEventView>();
  for (const part of PARTS) {
    for (const event of await listRunEvents(ctx, { runId, afterSeq: 0, ...part })) {
      // A line that came after the newest event would be logged twice: here, and by the stream.
      if (event.seq <= lastSeq) events.set(event.seq, event);
    }
  }
  const inOrder = [...events.values()].sort((a, b) => a.seq - b.seq);
  const metrics = await listMetrics(ctx, { runId, maxPoints: CHART_POINTS });
  return { ...inOrder.reduce(applyRunEvent, start), run: await getRun(ctx, { runId }), metrics, lastSeq };
}
