"use client";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError, fetchJson } from "@/components/ui/fetch-json";
import { applyRunEvent, type RunSnapshot } from "@/lib/contracts/run-snapshot";
import { isFinal } from "@/lib/contracts/run-status";
import type { RunEventView, RunView } from "@/lib/contracts/views";

export type Connection = "connecting" | "live" | "lost" | "ended";

const FLUSH_MS = 120;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
/** A run that has ended may be renamed or resumed from elsewhere: looked at now and then, and when one comes back to it. */
const ENDED_REFETCH_MS = 10_000;

export const snapshotKey = (runId: string) => ["run", runId, "snapshot"] as const;

export interface RunStream {
  snapshot: RunSnapshot;
  connection: Connection;
  /** The server knows it no more: it was deleted. */
  isGone: boolean;
}

/**
 * A run, live. Starts from what the server page brought, follows the event stream from its last event, and reconnects by
 * itself with the last sequence number, so that nothing is missed or shown twice.
 */
export function useRunStream(initial: RunSnapshot): RunStream {
  const runId = initial.run.id;
  const client = useQueryClient();
  const { data: snapshot, error } = useQuery({
    queryKey: snapshotKey(runId),
    queryFn: ({ signal }) => fetchJson<RunSnapshot>(`/api/runs/${runId}/snapshot`, { signal }),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    // An answer that was under way while newer events came by the stream must not undo them.
    structuralSharing: (known, next) =>
      known !== undefined && (next as RunSnapshot).lastSeq < (known as RunSnapshot).lastSeq ? known : next,
    // A hidden tab asks for nothing, and the stream of a run that goes on catches up by itself.
    refetchOnWindowFocus: ({ state }) => (state.data && isFinal(state.data.run.status) ? "always" : false),
    refetchInterval: ({ state }) => (state.data && isFinal(state.data.run.status) ? ENDED_REFETCH_MS : false),
  });
  // Coming back to this page by a link: the server's state may be newer than what was kept from the last visit.
  useEffect(() => {
    client.setQueryData<RunSnapshot>(snapshotKey(runId), initial);
  }, [client, runId, initial]);
  const hasEnded = isFinal(snapshot.run.status);
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    if (hasEnded) return;
    return follow(runId, client, setConnection);
  }, [runId, client, hasEnded]);
  const isUnreachable = error instanceof ApiError && error.status === 0;
  const isGone = error instanceof ApiError && error.status === 404;
  return { snapshot, connection: hasEnded ? (isUnreachable ? "lost" : "ended") : connection, isGone };
}

/** Opens the stream and keeps it open while the page is visible; returns how to end it. */
function follow(runId: string, client: QueryClient, setConnection: (state: Connection) => void): () => void {
  const key = snapshotKey(runId);
  let source: EventSource | null = null;
  let retryMs = FIRST_RETRY_MS;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let waiting: ((snapshot: RunSnapshot) => RunSnapshot)[] = [];

  const flush = () => {
    flushTimer = undefined;
    const changes = waiting;
    waiting = [];
    client.setQueryData<RunSnapshot>(key, (now) => now && changes.reduce((snapshot, change) => change(snapshot), now));
  };
  // Many events may come at once after a reconnect: one drawing for all of them.
  const change = (next: (snapshot: RunSnapshot) => RunSnapshot) => {
    waiting.push(next);
    flushTimer ??= setTimeout(flush, FLUSH_MS);
  };
  const close = () => {
    clearTimeout(retryTimer);
    clearTimeout(flushTimer);
    source?.close();
    source = null;
    if (waiting.length > 0) flush();
  };
  const open = () => {
    close();
    const after = client.getQueryData<RunSnapshot>(key)?.lastSeq ?? 0;
    const stream = new EventSource(`/api/runs/${runId}/events?after=${after}`);
    source = stream;
    let hasOpened = false;
    stream.onopen = () => {
      hasOpened = true;
      retryMs = FIRST_RETRY_MS;
      setConnection("live");
    };
    stream.onerror = () => {
      // Ours to retry, with growing pauses: the browser gives up for good on any answer that is not 200.
      close();
      setConnection("lost");
      // It does not tell an answer of 404 from no answer; the snapshot does.
      if (!hasOpened) void client.refetchQueries({ queryKey: key });
      retryTimer = setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    };
    stream.addEventListener("run", (message) => {
      const run = JSON.parse(message.data) as RunView;
      change((snapshot) => ({ ...snapshot, run }));
    });
    stream.addEventListener("run-event", (message) => {
      const event = JSON.parse(message.data) as RunEventView;
      change((snapshot) => applyRunEvent(snapshot, event));
    });
    stream.addEventListener("end", close);
  };
  // Browsers allow six connections to one server; a hidden tab gives its own back.
  const onVisibility = () => {
    if (document.hidden) close();
    else if (source === null) open();
  };
  document.addEventListener("visibilitychange", onVisibility);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}
