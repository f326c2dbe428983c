/** @file Reading JSON that someone else wrote: bounded in size, and every failure is one sentence naming the file. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "@/lib/errors";

/** Folder and file, as people recognise it: "tiny-code/tokenizer.json". */
export const shortName = (path: string): string => join(basename(dirname(path)), basename(path));

/**
 * The file's bytes and parsed JSON, or null when there is no such file.
 * Errors: `invalid_input` when it is no file, larger than `maxBytes`, not UTF-8 or not JSON.
 */
export async function findBoundedJson(
  path: string,
  maxBytes: number,
): Promise<{ bytes: Buffer; value: unknown } | null> {
  const name = shortName(path);
  let bytes: Buffer;
  try {
    // Not waiting for the other end, in case it is a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new AppError("invalid_input", `${name} is not a file.`);
      if (stat.size > maxBytes) {
        throw new AppError(
          "invalid_input",
          `${name} is larger than ${Math.round(maxBytes / 1e6)} MB, the most that is read.`,
        );
      }
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new AppError("invalid_input", `${name} can't be read: check that it is a file and its permissions.`, {
      cause: error,
    });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError("invalid_input", `${name} is not UTF-8 text.`, { cause: error });
  }
  try {
    return { bytes, value: JSON.parse(text) as unknown };
  } catch (error) {
    throw new AppError("invalid_input", `${name} is not valid JSON: download it again or repair it.`, { cause: error });
  }
}
