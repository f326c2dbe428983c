/** @file Documents from a JSONL file. A bad line is left out and reported; it never ends the reading. */
import { createHash } from "node:crypto";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import { readLines } from "../read-lines";
import { parseJsonlRow } from "./jsonl-row";
import type { ReadSourceOptions } from "./source-reader";

/** One line is tokenized in one go, while nothing else of the process runs. */
export const MAX_LINE_BYTES = 2_000_000;

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Documents named `line <n>`, in order. Blank lines are passed over, and rows that teach the same as an earlier one are left
 * out, or the held-out split would hold copies.
 * Errors: `invalid_input` when the file can't be read or is not UTF-8 from its first bytes on.
 */
export async function* readJsonl(
  path: string,
  { origin, skips, signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** Digest of a document → its line. */
  const seen = new Map<string, number>();
  try {
    for await (const { number, bytes } of readLines(path, MAX_LINE_BYTES, signal)) {
      const skip = (reason: string, change: string) => skips.add(reason, `line ${number}: ${change}`);
      if (bytes === null) {
        skip("too long", `it has more than ${MAX_LINE_BYTES / 1e6} MB: split it into several lines`);
        continue;
      }
      if (number === 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
        throw new AppError("invalid_input", `${origin} is UTF-16: save it as UTF-8.`);
      }
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch {
        skip("not UTF-8", "save the file as UTF-8");
        continue;
      }
      if (number === 1 && text.charCodeAt(0) === BYTE_ORDER_MARK) text = text.slice(1);
      if (text.trim() === "") continue;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        const detail = error instanceof Error ? error.message.slice(0, 120) : "";
        skip("not JSON", `write one JSON object on each line (${detail})`);
        continue;
      }
      const row = parseJsonlRow(value);
      if ("skip" in row) {
        skip(row.skip, row.change);
        continue;
      }
      // Not the line itself: key order, spacing and further fields make no other document.
      const { prompt, text: learned, messages } = row.document;
      const digest = createHash("sha256")
        .update(JSON.stringify([prompt ?? null, learned, ...(messages ?? [])]))
        .digest("base64");
      const first = seen.get(digest);
      if (first !== undefined) {
        skip("duplicate", `it equals line ${first}`);
        continue;
      }
      seen.set(digest, number);
      yield { name: `line ${number}`, ...row.document };
    }
  } catch (error) {
    if (error instanceof AppError || signal?.aborted) throw error;
    throw new AppError("invalid_input", `${origin} can't be read: check that it is a file and its permissions.`, {
      cause: error,
    });
  }
}
