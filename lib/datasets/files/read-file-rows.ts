/** @file Rows of a file as objects, whatever its format, a part at a time. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { RecordBatchReader } from "apache-arrow";
import { parse as parseCsv } from "csv-parse";
import type { FileSource, RowFormat } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import type { RandomAccess } from "../parquet/random-access";
import { readFooter } from "../parquet/read-footer";
import { readRows } from "../parquet/read-rows";
import { readLines } from "../read-lines";
import { decodeText } from "./decode-text";
import { readJsonItems } from "./read-json-items";

export type Row = Record<string, unknown>;

export interface ReadFileOptions {
  path: string;
  format: RowFormat;
  encoding: FileSource["encoding"];
  /** What messages call the file. */
  origin?: string | undefined;
  /** Lines that are no rows are told here, with their number. */
  onSkip?: ((reason: string, change: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const MAX_LINE_BYTES = 8_000_000;
const MAX_RECORD_CHARS = 8_000_000;
const MAX_TEXT_CHARS = 1_000_000;

/** Errors: `invalid_input` in one sentence for a file that is not what it is said to be. */
export function readFileRows(options: ReadFileOptions): AsyncGenerator<Row> {
  switch (options.format) {
    case "jsonl":
      return readJsonLines(options);
    case "json":
      return readJsonArray(options);
    case "csv":
      return readDelimited(options, ",");
    case "tsv":
      return readDelimited(options, "\t");
    case "parquet":
      return readParquet(options);
    case "arrow":
      return readArrow(options);
    case "text":
      return readTexts(options);
  }
}

const originOf = ({ origin, path }: ReadFileOptions): string => origin ?? basename(path);
const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (options: ReadFileOptions) => decodeText(options.path, { ...options, origin: originOf(options) });

async function* readJsonLines(options: ReadFileOptions): AsyncGenerator<Row> {
  const decoder = new TextDecoder(options.encoding, { fatal: true });
  for await (const { number, bytes } of readLines(options.path, MAX_LINE_BYTES, options.signal)) {
    const skip = (reason: string, change: string) => options.onSkip?.(reason, `line ${number}: ${change}`);
    if (bytes === null) {
      skip("too long", `it has more than ${MAX_LINE_BYTES / 1e6} MB`);
      continue;
    }
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      skip(`not ${options.encoding.toUpperCase()}`, "save the file as UTF-8, or choose its encoding");
      continue;
    }
    if (text.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(text);
      if (isRow(value)) yield value;
      else skip("no object", "write one JSON object on each line");
    } catch (error) {
      skip("not JSON", error instanceof Error ? error.message.slice(0, 120) : "write one JSON object on each line");
    }
  }
}

async function* readJsonArray(options: ReadFileOptions): AsyncGenerator<Row> {
  let number = 0;
  for await (const item of readJsonItems(textOf(options), originOf(options))) {
    number++;
    if (isRow(item)) yield item;
    else options.onSkip?.("no object", `item ${number}: write an object`);
  }
}

/** RFC 4180: quotes may hold delimiters and line breaks. The first line names the columns. */
async function* readDelimited(options: ReadFileOptions, delimiter: string): AsyncGenerator<Row> {
  const origin = originOf(options);
  const parser = parseCsv({
    delimiter,
    bom: true,
    columns: (header: string[]) => {
      const names = header.map((name) => name.trim());
      const twice = names.find((name, i) => name !== "" && names.indexOf(name) !== i);
      if (twice !== undefined)
        throw new AppError("invalid_input", `${origin} has two columns named ${twice.slice(0, 100)}: rename one.`);
      return names.map((name, i) => name || `column ${i + 1}`);
    },
    info: true,
    max_record_size: MAX_RECORD_CHARS,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error?.code === "CSV_MAX_RECORD_SIZE") parser.destroy(error);
      else
        options.onSkip?.(
          "wrong number of columns",
          `line ${error?.["lines"] ?? "?"}: it has not as many fields as the first line`,
        );
      return undefined;
    },
  });
  const source = Readable.from(textOf(options));
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record } of parser as AsyncIterable<{ record: Row }>) {
      options.signal?.throwIfAborted();
      yield record;
    }
  } catch (error) {
    if (error instanceof AppError || options.signal?.aborted) throw error;
    const detail = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new AppError("invalid_input", `${origin} can't be read as ${delimiter === "," ? "CSV" : "TSV"}: ${detail}`, {
      cause: error,
    });
  } finally {
    source.destroy();
    parser.destroy();
  }
}

async function* readParquet(options: ReadFileOptions): AsyncGenerator<Row> {
  const handle = await open(options.path, "r");
  try {
    const file: RandomAccess = {
      name: originOf(options),
      byteLength: (await handle.stat()).size,
      async slice(start, end) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
        if (bytesRead !== end - start)
          throw new AppError("invalid_input", `${originOf(options)} ended before its end: it was cut off.`);
        return buffer;
      },
    };
    for await (const part of readRows(file, await readFooter(file), { signal: options.signal })) yield* part;
  } finally {
    await handle.close();
  }
}

/** Arrow's stream and file formats (Feather 2), batch by batch. */
async function* readArrow(options: ReadFileOptions): AsyncGenerator<Row> {
  const handle = await open(options.path, "r");
  try {
    const reader = await RecordBatchReader.from(handle);
    for await (const batch of reader) {
      options.signal?.throwIfAborted();
      const names = batch.schema.fields.map(({ name }) => name);
      for (let i = 0; i < batch.numRows; i++) {
        const row = batch.get(i);
        yield Object.fromEntries(names.map((name) => [name, plain(row?.[name])]));
      }
    }
  } catch (cause) {
    if (options.signal?.aborted || cause instanceof AppError) throw cause;
    const detail = cause instanceof Error ? cause.message.slice(0, 160) : "";
    throw new AppError("invalid_input", `${originOf(options)} is no Arrow file that can be read (${detail}).`, {
      cause,
    });
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Arrow's vectors and records as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return plain(value.toJSON());
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Uint8Array
    ? value
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** A text of up to a million characters is one row; a longer one is cut at blank lines. */
async function* readTexts(options: ReadFileOptions): AsyncGenerator<Row> {
  let rest = "";
  for await (const part of textOf(options)) {
    rest += part;
    while (rest.length > MAX_TEXT_CHARS) {
      const blank = rest.lastIndexOf("\n\n", MAX_TEXT_CHARS);
      const line = rest.lastIndexOf("\n", MAX_TEXT_CHARS);
      const at = blank > 0 ? blank + 2 : line > 0 ? line + 1 : MAX_TEXT_CHARS;
      yield { text: rest.slice(0, at) };
      rest = rest.slice(at);
    }
  }
  if (rest.trim() !== "") yield { text: rest };
}
