import { isFinal } from "@/lib/contracts/run-status";
import type { RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import type { PollResult, StreamMessage } from "./event-stream";

const EVENTS_PER_POLL = 500;

/**
 * What a run's stream says: `run` (the whole RunView, when it changed), one `run-event` per new event with its `seq` as id,
 * and `end` when the run has come to an end and all was told. The run is read before its events: an end that is seen
 * then means that all its events are there to be read.
 */
export function runEventSource(ctx: ServiceContext, runId: string, afterSeq: number): () => Promise<PollResult> {
  let seq = afterSeq;
  let shown = "";
  return async () => {
    const run: RunView = await getRun(ctx, { runId });
    const events = await listRunEvents(ctx, { runId, afterSeq: seq, limit: EVENTS_PER_POLL });
    const messages: StreamMessage[] = events.map((event) => ({ id: event.seq, event: "run-event", data: event }));
    seq = events.at(-1)?.seq ?? seq;
    const text = JSON.stringify(run);
    if (text !== shown) messages.push({ event: "run", data: run });
    shown = text;
    const hasMore = events.length === EVENTS_PER_POLL;
    const isLast = isFinal(run.status) && !hasMore;
    if (isLast) messages.push({ event: "end", data: { status: run.status } });
    return { messages, isLast, hasMore };
  };
}
