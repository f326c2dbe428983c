/** @file What is known of a file before it becomes a dataset. */
import { z } from "zod";
import type { ColumnMapping } from "./columns";
import { FILE_ENCODINGS, type RowFormat } from "./dataset";

/** Endings that can be uploaded, for file pickers. */
export const FILE_ENDINGS =
  ".jsonl,.ndjson,.json,.csv,.tsv,.tab,.parquet,.arrow,.feather,.ipc,.txt,.text,.md,.zip,.tar,.tgz,.gz";

export const FileQuery = z.strictObject({
  path: z.string().trim().min(1, "name a file").max(4096),
  encoding: z.enum(FILE_ENCODINGS).default("utf-8"),
});
export type FileQuery = z.input<typeof FileQuery>;

export interface FileView {
  path: string;
  /** As people know it. */
  name: string;
  bytes: number;
  /** "archive": a zip or tar of code, whose files are looked at when it is built. */
  kind: RowFormat | "archive";
  encoding: z.infer<typeof FileQuery>["encoding"];
  /** In the rows that were looked at. */
  columns: { name: string; type: string; filled: number; meanChars: number | null }[];
  /** How many rows that was. */
  looked: number;
  guess: ColumnMapping | null;
  /** The first few, long texts cut. */
  rows: Record<string, unknown>[];
  /** Lines that could not be read, among the first. */
  problems: string[];
}
