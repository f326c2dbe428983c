/** @file A text file's characters, piece by piece, in the encoding that its first bytes or a person says it has. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { FileSource } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";

/** "utf-16le" and "utf-16be" by their marks; otherwise what was named. */
async function encodingOf(path: string, named: FileSource["encoding"]): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead < 2) return named;
    const mark = buffer.readUInt16BE(0);
    return mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : named;
  } finally {
    await file.close();
  }
}

/** Without a byte order mark. Errors: `invalid_input` naming what to choose where the bytes are not of that encoding. */
export async function* decodeText(
  path: string,
  { encoding, origin, signal }: { encoding: FileSource["encoding"]; origin: string; signal?: AbortSignal | undefined },
): AsyncGenerator<string> {
  const name = await encodingOf(path, encoding);
  const decoder = new TextDecoder(name, { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      const other =
        name === "utf-8" ? "choose Windows-1252 (Latin-1) if it is that, or save it as UTF-8" : "save it as UTF-8";
      throw new AppError("invalid_input", `${origin} is not ${name.toUpperCase()}: ${other}.`, { cause });
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    const text = decode(chunk);
    if (text !== "") yield text;
  }
  const rest = decode();
  if (rest !== "") yield rest;
}
