/** @file Uploads in parts: begun with a size, continued where they are, finished when all is there. Nothing is kept but the file. */
import { open, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { newUploadPath } from "./new-upload-path";
import { UPLOAD_NAME } from "./remove-upload";

const MAX_BYTES = 8_000_000_000;

export interface UploadState {
  id: string;
  /** Bytes that are there. */
  offset: number;
  /** The finished file's path, for inspectFile and jobs; null before. */
  path: string | null;
}

/** Throws AppError `invalid_input` for another kind of file or an empty one, `limit_exceeded` beyond 8 GB. */
export async function beginUpload(
  ctx: ServiceContext,
  { name, bytes }: { name: string; bytes: number },
): Promise<UploadState> {
  if (bytes === 0) throw new AppError("invalid_input", "The file is empty; choose one with something in it.");
  if (bytes > MAX_BYTES) {
    throw new AppError(
      "limit_exceeded",
      `The file is larger than ${MAX_BYTES / 1e9} GB; put it on the server's disk and name its path.`,
    );
  }
  const path = await newUploadPath(ctx, name);
  await (await open(`${path}.part`, "wx", 0o600)).close();
  return { id: basename(path), offset: 0, path: null };
}

/** Where an upload is. Throws AppError `not_found` for one that is not there any more. */
export async function getUpload(ctx: ServiceContext, id: string): Promise<UploadState> {
  const path = pathOf(ctx, id);
  const finished = await stat(path).catch(() => null);
  if (finished !== null) return { id, offset: finished.size, path };
  const partial = await stat(`${path}.part`).catch(() => null);
  if (partial === null) throw new AppError("not_found", "This upload is not there any more: choose the file again.");
  return { id, offset: partial.size, path: null };
}

const writing = new Set<string>();

/**
 * Adds what comes, from `offset` on; what came before a lost connection stays. With the last byte the file is finished.
 * Throws AppError `conflict` where the upload is at another place (ask getUpload) or is being written by another request,
 * `limit_exceeded` where more comes than was said.
 */
export async function appendUpload(
  ctx: ServiceContext,
  { id, offset, bytes, body }: { id: string; offset: number; bytes: number; body: AsyncIterable<Uint8Array> },
): Promise<UploadState> {
  const path = pathOf(ctx, id);
  if (writing.has(id)) throw new AppError("conflict", "Another request is writing to this upload.");
  writing.add(id);
  try {
    const state = await getUpload(ctx, id);
    if (state.path !== null) return state;
    if (state.offset !== offset)
      throw new AppError("conflict", `The upload is at ${state.offset}, not at ${offset}: go on there.`);
    const file = await open(`${path}.part`, "r+");
    let at = offset;
    try {
      for await (const chunk of body) {
        if (at + chunk.byteLength > bytes)
          throw new AppError(
            "limit_exceeded",
            `The file is longer than the ${bytes} bytes that were said: choose it again.`,
          );
        for (let done = 0; done < chunk.byteLength; ) {
          const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
      }
      if (at === bytes) await file.sync();
    } finally {
      await file.close();
    }
    if (at < bytes) return { id, offset: at, path: null };
    await rename(`${path}.part`, path);
    return { id, offset: at, path };
  } finally {
    writing.delete(id);
  }
}

function pathOf({ paths }: ServiceContext, id: string): string {
  if (!UPLOAD_NAME.test(id) || id.endsWith(".part")) throw new AppError("not_found", "There is no such upload.");
  return join(paths.uploads, id);
}
