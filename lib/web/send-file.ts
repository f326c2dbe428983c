import { open, realpath } from "node:fs/promises";
import { basename, isAbsolute, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { AppError } from "@/lib/errors";

export interface SendFileOptions {
  /** Absolute folder that the file must lie in. */
  root: string;
  /** Parts of the path below it, from the address. */
  parts: string[];
  /** Shown in the browser instead of being saved. */
  contentType?: string;
  /** Only the last bytes of a long file. */
  lastBytes?: number;
}

/** A part of a path that names one thing in its folder, and no hidden one. */
const isPlainName = (part: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(part);

/**
 * A regular file below `root`, streamed. Links are followed first and must not lead out of it.
 * Throws AppError `not_found` for anything else, without telling which.
 */
export async function sendFile({ root, parts, contentType, lastBytes }: SendFileOptions): Promise<Response> {
  const missing = (cause?: unknown) => new AppError("not_found", "There is no such file in this run.", { cause });
  if (parts.length === 0 || !parts.every(isPlainName)) throw missing();
  const [realRoot, path] = await Promise.all([realpath(root), realpath(join(root, ...parts))]).catch((cause) => {
    throw missing(cause);
  });
  const way = relative(realRoot, path);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) throw missing();
  const file = await open(path, "r");
  const info = await file.stat();
  if (!info.isFile()) {
    await file.close();
    throw missing();
  }
  const start = lastBytes === undefined ? 0 : Math.max(0, info.size - lastBytes);
  const headers: Record<string, string> = {
    "Content-Type": contentType ?? "application/octet-stream",
    "Content-Length": String(info.size - start),
    "Cache-Control": "no-store",
    "Content-Disposition": contentType ? "inline" : `attachment; filename="${basename(path)}"`,
  };
  if (info.size === start) {
    await file.close();
    return new Response(null, { headers });
  }
  // Bounded by the size that was announced: a log may grow while it is sent.
  const stream = file.createReadStream({ start, end: info.size - 1 });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { headers });
}
