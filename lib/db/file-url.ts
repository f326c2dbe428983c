/** @file Addresses of libSQL files. The driver takes `?` and `#` for a query and a fragment and decodes `%`, so a path is encoded. */
import { resolve } from "node:path";
import { AppError } from "@/lib/errors";

const FILE_URL = /^file:(?:\/\/(?:localhost)?(?=\/))?([^?#]*)(.*)$/s;
const MEMORY = ":memory:";

export const isFileUrl = (url: string): boolean => url.startsWith("file:");

/** @param path absolute */
export function fileUrl(path: string): string {
  const slashed = process.platform === "win32" ? path.replaceAll("\\", "/") : path;
  return `file:${slashed.replace(/[%?#]/g, encodeURIComponent)}`;
}

/**
 * The file's path as the driver reads it from the address, perhaps relative; null for another address or one in memory.
 * Throws AppError `invalid_input` for a `%` that encodes nothing.
 */
export function findFilePath(url: string): string | null {
  const encoded = FILE_URL.exec(url)?.[1];
  if (encoded === undefined || encoded === MEMORY) return null;
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    const message = "DATABASE_URL has a % that encodes nothing; write %25 for a percent sign in a path.";
    throw new AppError("invalid_input", message, { cause });
  }
}

/** The same address whatever the working directory; other addresses than files are returned as they are. */
export function absoluteFileUrl(url: string): string {
  const path = findFilePath(url);
  return path === null ? url : `${fileUrl(resolve(path))}${FILE_URL.exec(url)?.[2] ?? ""}`;
}
