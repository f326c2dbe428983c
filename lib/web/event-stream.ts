/** @file Server-sent events by polling. Every end of a stream goes through one AbortController, and cleans up once. */

export interface StreamMessage {
  /** `id:` line; the browser sends the last one back as Last-Event-ID. */
  id?: number;
  event: string;
  data: unknown;
}

export interface PollResult {
  messages: StreamMessage[];
  /** True ends the stream after these messages. */
  isLast: boolean;
  /** True when there is more to read at once. */
  hasMore: boolean;
}

export interface EventStreamOptions {
  /** The request's own signal: the client went away. */
  signal: AbortSignal;
  poll(): Promise<PollResult>;
  intervalMs: number;
  heartbeatMs: number;
  onError(error: unknown): void;
}

/** A client that reads slower than we poll makes us wait instead of filling memory. */
const MAX_UNREAD_MESSAGES = 2000;

const encoder = new TextEncoder();

export function encodeMessage({ id, event, data }: StreamMessage): string {
  // JSON has no raw line breaks, so one data line is enough.
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Resolves after `milliseconds`, or at once when the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener("abort", finish);
  });
}

/** The response of a stream: polls, sends, keeps quiet lines alive, ends on abort, on `isLast` or when a poll throws. */
export function eventStream(options: EventStreamOptions): Response {
  const end = new AbortController();
  // No AbortSignal.any: it leaks listeners on long-lived signals in Node 20.
  const onClientGone = () => end.abort("client gone");
  if (options.signal.aborted) onClientGone();
  else options.signal.addEventListener("abort", onClientGone, { once: true });

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if (end.signal.aborted) return;
        try {
          controller.enqueue(encoder.encode(text));
        } catch {
          end.abort("send failed");
        }
      };
      const heartbeat = setInterval(() => send(": still here\n\n"), options.heartbeatMs);
      end.signal.addEventListener("abort", () => clearInterval(heartbeat), { once: true });
      if (end.signal.aborted) clearInterval(heartbeat);
      // Not awaited: start() must return for the headers to leave.
      const isFull = () => (controller.desiredSize ?? 0) < -MAX_UNREAD_MESSAGES;
      void run(options, end, send, isFull).finally(() => {
        options.signal.removeEventListener("abort", onClientGone);
        end.abort("finished");
        try {
          controller.close();
        } catch {
          // Closed by the client already.
        }
      });
    },
    cancel: () => end.abort("cancelled"),
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-cache, no-store, no-transform",
      "X-Accel-Buffering": "no",
    },
  });
}

async function run(
  options: EventStreamOptions,
  end: AbortController,
  send: (text: string) => void,
  isFull: () => boolean,
): Promise<void> {
  send("retry: 1500\n\n");
  try {
    while (!end.signal.aborted) {
      if (isFull()) {
        await pause(options.intervalMs, end.signal);
        continue;
      }
      const { messages, isLast, hasMore } = await options.poll();
      for (const message of messages) send(encodeMessage(message));
      if (isLast) return;
      if (!hasMore) await pause(options.intervalMs, end.signal);
    }
  } catch (error) {
    // The client sees the connection end and tries again; the cause is for the log.
    options.onError(error);
  }
}
