/**
 * @file Lines of a file as bytes, with a bound on their length. Node's readline is not for JSONL: it also breaks lines at
 * U+2028 and U+2029, which JSON strings may hold.
 */
import { createReadStream } from "node:fs";

export interface Line {
  /** From 1. */
  number: number;
  /** Without the line break; null when the line is longer than `maxBytes`. */
  bytes: Buffer | null;
}

const LINE_FEED = 0x0a;

/** Errors: those of the file system, and the signal's reason. */
export async function* readLines(path: string, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let size = 0;
  let number = 1;
  const take = (): Line => {
    const line = { number: number++, bytes: size > maxBytes ? null : Buffer.concat(parts) };
    parts = [];
    size = 0;
    return line;
  };
  const add = (part: Buffer) => {
    size += part.length;
    // What is over the limit is counted, not kept.
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (size > 0) yield take();
}
