/** @file Rows of a Parquet file as objects, in order, with a page of each column in memory and no more. */
import { type FileMetaData, parquetSchema, type SchemaTree } from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { AppError } from "@/lib/errors";
import { ColumnReader, type ColumnReaderOptions } from "./column-reader";
import { damaged } from "./damaged";
import type { RandomAccess } from "./random-access";

export interface ReadRowsOptions extends Partial<ColumnReaderOptions> {
  /** Top-level columns; all when absent. Throws `invalid_input` naming one that is not there. */
  columns?: readonly string[];
  /** At most so many rows; all when absent. */
  limit?: number;
  /** Rows of a part at most. */
  batchRows?: number;
  signal?: AbortSignal | undefined;
}

/** Parts of at most `batchRows` rows. Errors: `invalid_input` for a damaged file; those of `file.slice`. */
export async function* readRows(
  file: RandomAccess,
  metadata: FileMetaData,
  options: ReadRowsOptions = {},
): AsyncGenerator<Record<string, unknown>[], void, void> {
  const {
    batchRows = 1000,
    limit = Number.POSITIVE_INFINITY,
    signal,
    firstBlockBytes = 1 << 20,
    maxBytes,
    pageStartBytes,
  } = options;
  const schema = parquetSchema(metadata);
  const columns = chooseColumns(schema, options.columns, file.name);
  let left = limit;
  for (const group of metadata.row_groups) {
    const byColumn = columns.map((column) => ({
      column,
      readers: group.columns
        .filter(({ meta_data }) => meta_data?.path_in_schema[0] === column.element.name)
        .map(({ meta_data }) => {
          if (meta_data === undefined) throw damaged(file.name, "a column is not described");
          return new ColumnReader(file, schema, meta_data, { firstBlockBytes, maxBytes, pageStartBytes });
        }),
    }));
    const all = byColumn.flatMap(({ readers }) => readers);
    if (all.length === 0) continue;
    for (let rows = Number(group.num_rows); rows > 0 && left > 0; ) {
      signal?.throwIfAborted();
      await Promise.all(all.map((reader) => reader.fill()));
      const count = Math.min(rows, left, batchRows, ...all.map((reader) => reader.available));
      yield toRows(byColumn, count, file.name);
      rows -= count;
      left -= count;
    }
    if (left <= 0) return;
  }
}

function chooseColumns(schema: SchemaTree, wanted: readonly string[] | undefined, name: string): SchemaTree[] {
  if (wanted === undefined) return schema.children;
  return wanted.map((column) => {
    const found = schema.children.find(({ element }) => element.name === column);
    if (found !== undefined) return found;
    const has = schema.children.map(({ element }) => element.name).join(", ");
    throw new AppError("invalid_input", `${name} has no column ${column}; it has ${has.slice(0, 500)}.`);
  });
}

function toRows(
  byColumn: readonly { column: SchemaTree; readers: readonly ColumnReader[] }[],
  count: number,
  name: string,
): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = Array.from({ length: count }, () => ({}));
  for (const { column, readers } of byColumn) {
    const values = valuesOf(column, readers, count, name);
    for (const [index, row] of rows.entries()) row[column.element.name] = values[index] ?? null;
  }
  return rows;
}

function valuesOf(
  column: SchemaTree,
  readers: readonly ColumnReader[],
  count: number,
  name: string,
): ArrayLike<unknown> {
  const parts = new Map<string, unknown[]>(readers.map((reader) => [reader.path.join("."), reader.take(count)]));
  if (column.children.length === 0) return parts.get(column.element.name) ?? [];
  try {
    assembleNested(parts, column, DEFAULT_PARSERS);
  } catch (error) {
    throw damaged(name, `the column ${column.element.name} does not fit its schema`, error);
  }
  return parts.get(column.element.name) ?? [];
}
