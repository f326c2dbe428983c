/** @file Frames from a trainer: one JSON object a line, each line bounded and checked. */
import type { Readable } from "node:stream";
import { Frame } from "@/lib/contracts/trainer-protocol";

const MAX_LINE_BYTES = 1024 * 1024;

/** A trainer said something that is not in the protocol. */
export class ProtocolError extends Error {}

/** Yields frames as they arrive. Throws ProtocolError at the first line that is none. */
export async function* readFrames(stream: Readable, maxLineBytes: number = MAX_LINE_BYTES): AsyncGenerator<Frame> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]);
      parts = [];
      length = 0;
      start = end + 1;
      if (line.length > maxLineBytes) throw new ProtocolError(`a line has ${line.length} bytes`);
      if (line.length > 0) yield parseFrame(line.toString("utf8"));
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxLineBytes) throw new ProtocolError(`a line has more than ${maxLineBytes} bytes`);
  }
  // What is left has no line end: the trainer died while it wrote. Its exit tells the rest.
}

function parseFrame(line: string): Frame {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new ProtocolError(`a line is no JSON: ${line.slice(0, 200)}`);
  }
  const frame = Frame.safeParse(json);
  if (frame.success) return frame.data;
  const issue = frame.error.issues[0];
  throw new ProtocolError(`${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}: ${line.slice(0, 200)}`);
}
