import { describe, expect, it, vi } from "vitest";
import { encodeMessage, eventStream, type PollResult } from "./event-stream";

const message = (id: number) => ({ id, event: "run-event", data: { id } });
const quiet: PollResult = { messages: [], isLast: false, hasMore: false };
const last: PollResult = { messages: [], isLast: true, hasMore: false };

const open = (poll: () => Promise<PollResult>, signal = new AbortController().signal, onError = vi.fn()) => ({
  response: eventStream({ signal, poll, intervalMs: 1, heartbeatMs: 5, onError }),
  onError,
});

/** Until a text of the stream fulfils the condition. */
async function readUntil(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text;
    text += decoder.decode(value);
    if (isEnough(text)) {
      await reader?.cancel();
      return text;
    }
  }
}

const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe("eventStream", () => {
  it("sends every message once, in order, then ends by itself", async () => {
    const polls = [[1, 2], [3], [], [4]].map((ids, index) => ({
      messages: ids.map(message),
      isLast: index === 3,
      hasMore: index === 0,
    }));
    const { response } = open(async () => polls.shift() ?? last);
    expect(idsOf(await response.text())).toEqual([1, 2, 3, 4]);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
  });

  it("asks again at once while there is more, without waiting", async () => {
    let polls = 0;
    const response = eventStream({
      signal: new AbortController().signal,
      poll: async () => ({ messages: [message(polls)], hasMore: ++polls < 5, isLast: polls === 5 }),
      intervalMs: 1e9,
      heartbeatMs: 1e9,
      onError: vi.fn(),
    });
    expect(idsOf(await response.text())).toEqual([0, 1, 2, 3, 4]);
  });

  it("gives a sign of life while nothing happens", async () => {
    const text = await readUntil(open(async () => quiet).response, (seen) => seen.includes(": still here"));
    expect(idsOf(text)).toEqual([]);
  });

  it("stops polling when the client goes away", async () => {
    const client = new AbortController();
    const poll = vi.fn(async () => quiet);
    const { response } = open(poll, client.signal);
    const text = response.text();
    await vi.waitFor(() => expect(poll.mock.calls.length).toBeGreaterThan(2));
    client.abort();
    await text;
    const calls = poll.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(poll.mock.calls.length).toBe(calls);
  });

  it("stops polling when the body is cancelled", async () => {
    const poll = vi.fn(async () => quiet);
    await readUntil(open(poll).response, (seen) => seen.includes("still here"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const calls = poll.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(poll.mock.calls.length).toBe(calls);
  });

  it("never polls for a request that was aborted before it began", async () => {
    const client = new AbortController();
    client.abort();
    const poll = vi.fn(async () => quiet);
    await open(poll, client.signal).response.text();
    expect(poll).not.toHaveBeenCalled();
  });

  it("ends and reports when a poll fails, without telling the client why", async () => {
    const { response, onError } = open(async () => {
      throw new Error("password is s3cret");
    });
    expect(await response.text()).not.toContain("s3cret");
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe("encodeMessage", () => {
  it("keeps a message one message, whatever is in it", () => {
    const text = encodeMessage({ id: 7, event: "run-event", data: { text: "a\n\ndata: b\r\nid: 9" } });
    expect(text.match(/^data: /gm)).toHaveLength(1);
    expect(idsOf(text)).toEqual([7]);
    expect(text.endsWith("\n\n")).toBe(true);
  });
});
