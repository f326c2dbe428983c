/**
 * @file Frames of a trainer, read from the file that it writes them to. A file rather than a pipe, because what is in it
 * outlives both processes: frames that a killed worker had not recorded yet are recorded by the next one.
 */
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";

const MAX_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 25;
const NEWLINE = 10;

/** A child said something that is not in the protocol. */
export class ProtocolError extends Error {}

export interface ReadFrame<F> {
  frame: F;
  /** Where its line begins and where the next one does, in bytes. */
  start: number;
  end: number;
}

export interface ReadFramesOptions<F> {
  /** What it may say. */
  schema: z.ZodType<F>;
  path: string;
  /** Where to begin. */
  offset: number;
  /** When the writer is gone, the end of the file is the end. */
  isWriterGone(): boolean;
  maxLineBytes?: number;
}

/** Yields frames as they are written. Throws ProtocolError at the first line that is none. */
export async function* readFrames<F>(options: ReadFramesOptions<F>): AsyncGenerator<ReadFrame<F>> {
  const { path, schema, offset, isWriterGone, maxLineBytes = MAX_LINE_BYTES } = options;
  const file = await open(path, "r");
  try {
    let rest = Buffer.alloc(0);
    let start = offset;
    for (;;) {
      // Asked before reading: what the writer left behind is then read to its end.
      const isLast = isWriterGone();
      const chunk = await readChunk(file, start + rest.length);
      if (chunk.length === 0) {
        if (isLast) return; // A last line without its end: the child died while it wrote.
        await sleep(LOOK_MS);
        continue;
      }
      rest = Buffer.concat([rest, chunk]);
      for (let length = rest.indexOf(NEWLINE); length !== -1; length = rest.indexOf(NEWLINE)) {
        if (length > maxLineBytes) throw new ProtocolError(`a line has ${length} bytes`);
        const end = start + length + 1;
        if (length > 0) yield { frame: parseFrame(schema, rest.toString("utf8", 0, length)), start, end };
        rest = rest.subarray(length + 1);
        start = end;
      }
      if (rest.length > maxLineBytes) throw new ProtocolError(`a line has more than ${maxLineBytes} bytes`);
    }
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, position: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

function parseFrame<F>(schema: z.ZodType<F>, line: string): F {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new ProtocolError(`a line is no JSON: ${line.slice(0, 200)}`);
  }
  const frame = schema.safeParse(json);
  if (frame.success) return frame.data;
  const issue = frame.error.issues[0];
  throw new ProtocolError(`${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}: ${line.slice(0, 200)}`);
}
