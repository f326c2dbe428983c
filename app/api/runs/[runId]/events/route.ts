import { z } from "zod";
import { getRun } from "@/lib/services/runs/get-run";
import { eventStream } from "@/lib/web/event-stream";
import { logError } from "@/lib/web/log-error";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";
import { runEventSource } from "@/lib/web/run-event-source";
import { RunParams } from "@/lib/web/run-params";

const POLL_MS = 350;
const HEARTBEAT_MS = 10_000;
const Seq = z.coerce.number("must be a number").int("must be a whole number").min(0).catch(0);

/** Server-sent events of a run. Goes on after Last-Event-ID (sent by browsers on reconnect), else after `?after=`. */
export const GET = route<{ runId: string }>(async ({ ctx, request, params }) => {
  const { runId } = parse(RunParams, params);
  // An unknown run is a 404 now, not a stream that ends.
  await getRun(ctx, { runId });
  const after = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after");
  return eventStream({
    signal: request.signal,
    poll: runEventSource(ctx, runId, Seq.parse(after ?? 0)),
    intervalMs: POLL_MS,
    heartbeatMs: HEARTBEAT_MS,
    onError: (error) => logError(error, `The event stream of ${runId} failed.`),
  });
});
