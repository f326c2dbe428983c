/** @file Server-sent events read as a browser's EventSource reads them, over connections that break. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RunStatus } from "@/lib/contracts/run-status";
import type { RunEventView, RunView } from "@/lib/contracts/views";

/** Sooner than the server asks for, so that it is met while it starts, too. */
const RETRY_MS = 100;

export interface ReceivedMessage {
  id: number | null;
  event: string;
  data: unknown;
}

/** The whole messages at the start of `text`; what no blank line ends yet is the rest. Comments are no messages. */
export function splitMessages(text: string): { messages: ReceivedMessage[]; rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const messages = parts.flatMap((part) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(part)?.[1];
    const [id, event = "message", data] = [field("id"), field("event"), field("data")];
    return data === undefined ? [] : [{ id: id === undefined ? null : Number(id), event, data: JSON.parse(data) }];
  });
  return { messages, rest };
}

export interface FollowedRun {
  /** As they came, over all connections. */
  events: RunEventView[];
  /** The newest state that the stream told of. */
  run: RunView | null;
  /** When each connection was answered. */
  connectedAt: Date[];
  /** The status with which the server ended the stream; rejects when it answers with anything but a stream. */
  ended: Promise<RunStatus>;
}

/**
 * Follows `/api/runs/:id/events` at `url` to its end. Whenever the connection breaks, or there is none to be had, it asks
 * again with the id of the last whole message.
 */
export function followRun(url: string, { signal, after = 0 }: { signal: AbortSignal; after?: number }): FollowedRun {
  let lastEventId = after;
  const followed: Omit<FollowedRun, "ended"> = { events: [], run: null, connectedAt: [] };

  const readOn = async (body: AsyncIterable<Uint8Array>): Promise<RunStatus | null> => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of body) {
      const { messages, rest } = splitMessages(text + decoder.decode(bytes, { stream: true }));
      text = rest;
      for (const { id, event, data } of messages) {
        lastEventId = id ?? lastEventId;
        if (event === "run-event") followed.events.push(data as RunEventView);
        if (event === "run") followed.run = data as RunView;
        if (event === "end") return (data as { status: RunStatus }).status;
      }
    }
    return null;
  };
  const follow = async (): Promise<RunStatus> => {
    for (;;) {
      const headers = { "last-event-id": `${lastEventId}` };
      const response = await fetch(url, { headers, signal }).catch(() => null);
      signal.throwIfAborted();
      if (response !== null) {
        if (response.status !== 200 || response.body === null) throw new Error(`${url} answers ${response.status}`);
        followed.connectedAt.push(new Date());
        const status = await readOn(response.body).catch(() => null);
        if (status !== null) return status;
      }
      await sleep(RETRY_MS, undefined, { signal });
    }
  };
  const ended = follow();
  // Who does not wait for the end is not troubled by it.
  ended.catch(() => {});
  return Object.assign(followed, { ended });
}
