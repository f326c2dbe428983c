/** @file Documents out of rows, whatever file or server these come from. */
import { createHash } from "node:crypto";
import type { ColumnMapping } from "@/lib/contracts/columns";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { MAX_LINE_BYTES } from "../sources/read-jsonl";
import type { ReadSourceOptions } from "../sources/source-reader";
import { textOfDocument } from "../text-of-document";
import { mapRow } from "./map-row";

export interface MappedRowsOptions extends ReadSourceOptions {
  mapping: ColumnMapping;
  /** Rows that are looked at, those left out included. */
  maxRows?: number | undefined;
  /** The number of the row at hand, from 1. */
  onRow?: (row: number) => void;
}

/** Documents named `row <n>`, in order; rows without text, too long ones and copies are left out and counted. */
export async function* readMappedRows(
  rows: AsyncIterable<Record<string, unknown>>,
  { mapping, maxRows = Number.POSITIVE_INFINITY, onRow, skips }: MappedRowsOptions,
): AsyncGenerator<DatasetDocument> {
  const seen = new Map<string, number>();
  let number = 0;
  for await (const row of rows) {
    if (number >= maxRows) return;
    number++;
    onRow?.(number);
    const skip = (reason: string, change: string) => skips.add(reason, `row ${number}: ${change}`);
    const result = mapRow(row, mapping);
    if ("skip" in result) {
      skip(result.skip, result.change);
      continue;
    }
    const document = { name: `row ${number}`, ...result.document };
    if (Buffer.byteLength(textOfDocument(document)) > MAX_LINE_BYTES) {
      skip("too long", `it has more than ${MAX_LINE_BYTES / 1e6} MB of text`);
      continue;
    }
    const digest = createHash("sha256")
      .update(JSON.stringify({ ...result.document, language: "" }))
      .digest("base64");
    const first = seen.get(digest);
    if (first !== undefined) {
      skip("duplicate", `it equals row ${first}`);
      continue;
    }
    seen.set(digest, number);
    yield document;
  }
}
