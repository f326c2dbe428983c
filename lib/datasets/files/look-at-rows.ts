/** @file The first rows of a file, and what its columns seem to be. */
import type { FileView } from "@/lib/contracts/file-view";
import { guessColumns } from "../columns/guess-columns";
import { type ReadFileOptions, type Row, readFileRows } from "./read-file-rows";

const LOOKED_ROWS = 200;
const SHOWN_ROWS = 8;
const SHOWN_CHARS = 2_000;
const MAX_PROBLEMS = 8;
const MAX_COLUMNS = 200;

/** Reads no more than the first 200 rows. Errors: those of readFileRows. */
export async function lookAtRows(
  options: ReadFileOptions,
): Promise<Pick<FileView, "columns" | "looked" | "guess" | "rows" | "problems">> {
  const problems: string[] = [];
  const found: Row[] = [];
  const onSkip = (reason: string, example: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push(`${example} (${reason})`);
  };
  for await (const row of readFileRows({ ...options, onSkip })) {
    found.push(row);
    if (found.length === LOOKED_ROWS) break;
  }
  const names = [...new Set(found.flatMap(Object.keys))].slice(0, MAX_COLUMNS);
  const columns = names.map((name) =>
    columnOf(
      name,
      found.map((row) => row[name] ?? null),
    ),
  );
  return {
    columns,
    looked: found.length,
    guess: guessColumns(columns),
    rows: found.slice(0, SHOWN_ROWS).map(shorten),
    problems,
  };
}

function columnOf(name: string, values: readonly unknown[]): FileView["columns"][number] {
  const present = values.filter((value) => value !== null && value !== "");
  const texts = present.filter((value) => typeof value === "string");
  const types = new Set(present.map(typeOf));
  const meanChars =
    texts.length === 0 ? null : Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
  const type =
    types.size === 0
      ? "empty"
      : types.size === 1
        ? ([...types][0] as string)
        : `mixed: ${[...types].slice(0, 3).join(", ")}`;
  return { name, type, filled: present.length, meanChars };
}

/** In the words of the Hub's columns. */
function typeOf(value: unknown): string {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "yes or no";
  if (Array.isArray(value)) return value.length === 0 ? "list" : `list of ${typeOf(value[0])}`;
  if (value instanceof Date) return "time";
  return value instanceof Uint8Array
    ? "bytes"
    : `record of ${Object.keys(value as object)
        .slice(0, 6)
        .join(", ")}`;
}

/** As JSON can carry it to a screen. */
function shorten(row: Row): Row {
  const text = JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === "bigint") return Number(value);
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    return typeof value === "string" && value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value;
  });
  return JSON.parse(text) as Row;
}
