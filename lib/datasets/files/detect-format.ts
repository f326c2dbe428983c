/** @file What kind of file this is, by its first bytes, then by its name. */
import { open } from "node:fs/promises";
import type { RowFormat } from "@/lib/contracts/dataset";

export type FileKind = RowFormat | "archive";

const BY_ENDING: readonly (readonly [RegExp, FileKind])[] = [
  [/\.(?:zip|tar|tgz|tar\.gz)$/i, "archive"],
  [/\.(?:jsonl|ndjson)$/i, "jsonl"],
  [/\.json$/i, "json"],
  [/\.csv$/i, "csv"],
  [/\.(?:tsv|tab)$/i, "tsv"],
  [/\.parquet$/i, "parquet"],
  [/\.(?:arrow|feather|ipc)$/i, "arrow"],
  [/\.(?:txt|text|md)$/i, "text"],
];

const kindByName = (name: string): FileKind | null => BY_ENDING.find(([ending]) => ending.test(name))?.[1] ?? null;

/** Null for a file that is none of these. Errors: those of the file system. */
export async function detectFormat(path: string, name: string): Promise<FileKind | null> {
  const file = await open(path, "r");
  let head: Buffer;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    head = buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
  const starts = (text: string) => head.subarray(0, text.length).toString("latin1") === text;
  if (starts("PAR1")) return "parquet";
  if (starts("ARROW1")) return "arrow";
  if (starts("PK\u0003\u0004") || starts("\u001f\u008b") || head.subarray(257, 262).toString("latin1") === "ustar")
    return "archive";
  const named = kindByName(name);
  // Many call a file of lines .json.
  const text = head
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (named === "json" && text.startsWith("{") && /^\{.*\}\s*\n\s*\{/s.test(text)) return "jsonl";
  return named;
}
