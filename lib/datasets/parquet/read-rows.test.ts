/** Rows read page by page are those that were written, and those that hyparquet reads whole. */
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { ColumnTooLarge } from "./column-reader";
import { listColumns } from "./list-columns";
import type { RandomAccess } from "./random-access";
import { readFooter } from "./read-footer";
import { type ReadRowsOptions, readRows } from "./read-rows";

const ROWS = 700;

/** Texts of very different lengths, repeated ones, empty ones, nulls. */
const text = (row: number) =>
  row % 7 === 0 ? null : row % 5 === 0 ? "same" : `row ${row} é😀 ${"x".repeat((row * 37) % 900)}`;

const table = {
  content: Array.from({ length: ROWS }, (_, row) => text(row)),
  stars: Array.from({ length: ROWS }, (_, row) => row * 3),
  big: Array.from({ length: ROWS }, (_, row) => BigInt(row) * 10_000_000_000n),
  messages: Array.from({ length: ROWS }, (_, row) =>
    Array.from({ length: row % 4 }, (__, turn) => ({
      role: turn % 2 ? "assistant" : "user",
      content: `${row}.${turn}`,
    })),
  ),
  tags: Array.from({ length: ROWS }, (_, row) =>
    row % 11 === 0 ? null : Array.from({ length: row % 13 }, (__, i) => `t${i}`),
  ),
};

/** A list of what writers call the three-level form. */
const schema = [
  { name: "root", num_children: 5 },
  { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "stars", type: "INT32", repetition_type: "REQUIRED" },
  { name: "big", type: "INT64", repetition_type: "REQUIRED" },
  { name: "messages", converted_type: "LIST", num_children: 1, repetition_type: "OPTIONAL" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", num_children: 2, repetition_type: "OPTIONAL" },
  { name: "role", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "content", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "tags", converted_type: "LIST", num_children: 1, repetition_type: "OPTIONAL" },
  { name: "list", num_children: 1, repetition_type: "REPEATED" },
  { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
] as const;

function write(
  options: { pageSize?: number; rowGroupSize?: number; codec?: "SNAPPY" | "UNCOMPRESSED" } = {},
): Uint8Array {
  const columnData = Object.entries(table).map(([name, data]) => ({ name, data: data as unknown[] }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema: structuredClone(schema) as never, ...options }));
}

function inMemory(bytes: Uint8Array) {
  const reads: [number, number][] = [];
  const file: RandomAccess = {
    name: "table.parquet",
    byteLength: bytes.length,
    slice: async (start, end) => {
      if (start < 0 || end > bytes.length || end < start) throw new Error(`outside: ${start}–${end}`);
      reads.push([start, end]);
      return bytes.slice(start, end);
    },
  };
  return { file, reads };
}

async function readAll(file: RandomAccess, options?: ReadRowsOptions) {
  const rows: Record<string, unknown>[] = [];
  for await (const part of readRows(file, await readFooter(file), options)) rows.push(...part);
  return rows;
}

const expected = Array.from({ length: ROWS }, (_, row) =>
  Object.fromEntries(Object.entries(table).map(([name, column]) => [name, column[row]])),
);

describe("readRows", () => {
  for (const options of [
    {},
    { pageSize: 500 },
    { pageSize: 4000, rowGroupSize: 97 },
    { pageSize: 1, codec: "UNCOMPRESSED" },
  ] as const) {
    it(`gives what was written (${JSON.stringify(options)})`, async () => {
      const bytes = write(options);
      const rows = await readAll(inMemory(bytes).file, { firstBlockBytes: 64, batchRows: 50 });
      expect(rows).toEqual(expected);
      const whole = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer, compressors });
      expect(rows).toEqual(
        whole.map((row) => ({ ...row, tags: row["tags"] ?? null, content: row["content"] ?? null })),
      );
    });
  }

  it("reads chosen columns and the first rows only, from a small part of the file", async () => {
    const bytes = write({ pageSize: 2000 });
    const { file, reads } = inMemory(bytes);
    const footer = await readFooter(file);
    reads.length = 0;
    const rows: unknown[] = [];
    for await (const part of readRows(file, footer, { columns: ["content"], limit: 3, firstBlockBytes: 256 }))
      rows.push(...part);
    expect(rows).toEqual(expected.slice(0, 3).map(({ content }) => ({ content })));
    expect(reads.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(bytes.length / 4);
  });

  it("names columns in words", async () => {
    expect(listColumns(await readFooter(inMemory(write()).file))).toEqual([
      { name: "content", type: "text" },
      { name: "stars", type: "number" },
      { name: "big", type: "number" },
      { name: "messages", type: "list of record of role, content" },
      { name: "tags", type: "list of text" },
    ]);
  });

  it("says which columns there are when one is not", async () => {
    await expect(readAll(inMemory(write()).file, { columns: ["code"] })).rejects.toThrow(
      "has no column code; it has content, stars, big, messages, tags",
    );
  });

  it("stops before a column's page that is larger than allowed", async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [{ name: "book", data: ["y".repeat(300_000)], type: "STRING" as BasicType }],
        codec: "UNCOMPRESSED",
      }),
    );
    const { file, reads } = inMemory(bytes);
    await expect(readAll(file, { maxBytes: 10_000, firstBlockBytes: 100 })).rejects.toThrow(ColumnTooLarge);
    // The footer's read apart.
    expect(reads.slice(1).reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(10_000);
  });
});

describe("damage", () => {
  const bytes = write({ pageSize: 2000 });
  const refused = async (damaged: Uint8Array, options?: ReadRowsOptions) => {
    const error = await readAll(inMemory(damaged).file, options).then(
      () => null,
      (reason: unknown) => reason,
    );
    return error;
  };

  it("is told for files that are cut off, empty or something else", async () => {
    for (const bad of [
      new Uint8Array(0),
      bytes.slice(0, 5),
      bytes.slice(0, bytes.length - 100),
      Buffer.from("a,b\n".repeat(99)),
    ]) {
      expect(await refused(bad)).toMatchObject({ code: "invalid_input" });
    }
  });

  it("is told for a footer that claims more than there is", async () => {
    const bad = bytes.slice();
    new DataView(bad.buffer).setUint32(bad.length - 8, 0x7fffffff, true);
    await expect(readAll(inMemory(bad).file)).rejects.toThrow("more than the file has");
  });

  it("never gives anything but rows or a sentence, whichever byte is wrong", async () => {
    // Every run the same bytes, spread over pages and footer.
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let told = 0;
    for (let round = 0; round < 600; round++) {
      const bad = bytes.slice();
      const at = round % 2 ? Math.floor(random() * bad.length) : bad.length - 1 - Math.floor(random() * 3000);
      bad[at] = Math.floor(random() * 256);
      // Every third by the start of its pages only, as a preview reads them.
      const error = await refused(bad, round % 3 === 0 ? { pageStartBytes: 100, limit: 5 } : undefined);
      if (error === null) continue;
      told++;
      expect(error, `byte ${at}: ${(error as Error).stack}`).toBeInstanceOf(AppError);
    }
    expect(told).toBeGreaterThan(20);
  });
});
