import { open, rename, rm } from "node:fs/promises";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { newUploadPath } from "./new-upload-path";

/** In one request; larger files are uploaded in parts. */
const MAX_UPLOAD_BYTES = 1_000_000_000;

/**
 * Streams an upload into the uploads folder under a name of our own; of the given name only a few letters are kept.
 * Errors: `invalid_input` for another kind of file or an empty one, `limit_exceeded` beyond 1 GB. Nothing is left behind;
 * what a killed process left of an earlier one is removed.
 */
export async function saveUpload(
  ctx: ServiceContext,
  { name, body }: { name: string; body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> },
): Promise<{ path: string }> {
  const path = await newUploadPath(ctx, name);
  const partial = `${path}.part`;
  try {
    const size = await writeStream(partial, body);
    if (size === 0) throw new AppError("invalid_input", "The file is empty; choose one with lines in it.");
    await rename(partial, path);
    return { path };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeStream(
  path: string,
  body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "wx", 0o600);
  let size = 0;
  try {
    // Node's ReadableStream can be iterated; the DOM's type does not say so.
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_UPLOAD_BYTES) {
        throw new AppError(
          "limit_exceeded",
          `The file is larger than ${MAX_UPLOAD_BYTES / 1e9} GB; upload it in parts, or put it on the server's disk and name its path.`,
        );
      }
      for (let done = 0; done < chunk.byteLength; ) done += (await file.write(chunk, done)).bytesWritten;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}
