import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RowFormat } from "@/lib/contracts/dataset";
import { detectFormat } from "./detect-format";
import { lookAtRows } from "./look-at-rows";
import { type ReadFileOptions, type Row, readFileRows } from "./read-file-rows";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-files-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function read(format: RowFormat, content: string | Uint8Array, options: Partial<ReadFileOptions> = {}) {
  const path = join(dir, `file.${format}`);
  await writeFile(path, content);
  const rows: Row[] = [];
  const skips: string[] = [];
  const onSkip = (reason: string, example: string) => skips.push(`${reason}: ${example}`);
  for await (const row of readFileRows({ path, format, encoding: "utf-8", onSkip, ...options })) rows.push(row);
  return { rows, skips };
}

const ROWS = [
  { text: 'a "quoted", line\nbroken text', language: "python" },
  { text: "ünïcödé 𝒳\r\n\ttab", language: "" },
  { text: "last, with \\ and , and ;", language: "go" },
];
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

test.each([
  ["jsonl", ROWS.map((row) => JSON.stringify(row)).join("\n\n")],
  ["json", JSON.stringify(ROWS, null, 2)],
  ["json", JSON.stringify({ version: { list: [1] }, name: "[x]", rows: ROWS, more: [1, 2] })],
  ["csv", `text,language\n${ROWS.map(({ text, language }) => `${quote(text)},${language}`).join("\n")}\n`],
  ["tsv", `text\tlanguage\n${ROWS.map(({ text, language }) => `${quote(text)}\t${language}`).join("\n")}`],
] as const)("%s gives the rows that were written, with or without a byte order mark", async (format, content) => {
  for (const mark of ["", "\ufeff"]) expect(await read(format, mark + content)).toEqual({ rows: ROWS, skips: [] });
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(content, "utf16le")]);
  if (format !== "jsonl") expect((await read(format, utf16)).rows).toEqual(ROWS);
});

test("Arrow's stream and file formats are read", async () => {
  const table = tableFromArrays({ text: ROWS.map(({ text }) => text), n: Int32Array.from([1, 2, 3]) });
  for (const kind of ["stream", "file"] as const) {
    const { rows } = await read("arrow", tableToIPC(table, kind));
    expect(rows).toEqual(ROWS.map(({ text }, i) => ({ text, n: i + 1 })));
  }
});

test("bad lines are left out by their number, the others are read", async () => {
  const jsonl = await read("jsonl", '{"text":"a"}\n{"text":\n[1]\n{"text":"b"}');
  expect(jsonl.rows).toEqual([{ text: "a" }, { text: "b" }]);
  expect(jsonl.skips).toEqual([
    expect.stringMatching(/^not JSON: line 2: /),
    expect.stringMatching(/^no object: line 3: /),
  ]);
  const csv = await read("csv", "a,b\n1,2\n1,2,3\n4,5\n");
  expect(csv.rows).toEqual([
    { a: "1", b: "2" },
    { a: "4", b: "5" },
  ]);
  expect(csv.skips).toEqual([expect.stringMatching(/^wrong number of columns: line 3: /)]);
});

test.each([
  ["csv", "a,a\n1,2", "two columns named a"],
  ["json", '[{"a":1},{"b":]', "ends in the middle"],
  ["json", '{"a":1}', "holds no list of objects"],
  ["json", '[{"a":1},{b:2}]', "item 2 is no JSON"],
  ["json", "[".repeat(2000), "nested more than"],
  ["parquet", "PAR1 something else PAR1", "file"],
  ["arrow", "ARROW1 something else", "no Arrow file"],
] as const)("%s of %j is refused in one sentence", async (format, content, message) => {
  await expect(read(format, content)).rejects.toThrow(message);
});

test("text that is not UTF-8 says which encoding to choose, and is read with it", async () => {
  const latin = Buffer.from("caf\xe9,b\n1,2", "latin1");
  await expect(read("csv", latin)).rejects.toThrow("choose Windows-1252");
  expect((await read("csv", latin, { encoding: "windows-1252" })).rows).toEqual([{ café: "1", b: "2" }]);
});

test("a record without an end is bounded", async () => {
  await expect(read("csv", `a,b\n"${"x".repeat(9_000_000)}`)).rejects.toThrow();
  const { rows, skips } = await read("jsonl", `{"text":"${"x".repeat(9_000_000)}"}\n{"text":"a"}`);
  expect([rows, skips.length]).toEqual([[{ text: "a" }], 1]);
});

test("text is one row, or several cut at blank lines, and nothing of it is lost", async () => {
  expect((await read("text", "one\n\ntwo\n")).rows).toEqual([{ text: "one\n\ntwo\n" }]);
  const long = Array.from({ length: 60_000 }, (_, i) => `paragraph ${i} of a long text\n`).join("\n");
  const { rows } = await read("text", long);
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.map(({ text }) => text).join("")).toBe(long);
});

test("a file's kind goes by its first bytes, then by its name", async () => {
  const kindOf = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(dir, name), content);
    return detectFormat(join(dir, name), name);
  };
  expect(await kindOf("a.json", '{"a":1}\n{"a":2}\n')).toBe("jsonl");
  expect(await kindOf("b.json", '[{"a":1}]')).toBe("json");
  expect(await kindOf("c.csv", "PAR1")).toBe("parquet");
  expect(await kindOf("d.bin", Uint8Array.from([0x1f, 0x8b, 8]))).toBe("archive");
  expect(await kindOf("e.exe", "MZ")).toBeNull();
});

test("a look at the first rows says what the columns are", async () => {
  const path = join(dir, "pairs.csv");
  await writeFile(path, `question,answer,n\n${Array.from({ length: 300 }, (_, i) => `q${i},a${i},`).join("\n")}`);
  const view = await lookAtRows({ path, format: "csv", encoding: "utf-8" });
  expect(view).toMatchObject({ looked: 200, guess: { kind: "completion", prompt: "question", completion: "answer" } });
  expect(view.columns.map(({ name, type, filled }) => [name, type, filled])).toEqual([
    ["question", "text", 200],
    ["answer", "text", 200],
    ["n", "empty", 0],
  ]);
});
