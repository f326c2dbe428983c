/** Parquet as pyarrow writes it: every codec, both page versions, nested columns, nulls; rows are pyarrow's own. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { ColumnTooLarge } from "@/lib/datasets/parquet/column-reader";
import { readFooter } from "@/lib/datasets/parquet/read-footer";
import { readRows } from "@/lib/datasets/parquet/read-rows";
import { findPython } from "./find-python";

const PYTHON = findPython("pyarrow");

const SCRIPT = `
import json, random, sys
import pyarrow as pa, pyarrow.parquet as pq
random.seed(7)
def text(n): return ''.join(random.choice('abc é😀\\n') for _ in range(random.randint(0, n)))
rows = []
for i in range(3000):
    rows.append({
        'id': i,
        'code': None if i % 9 == 0 else text(200),
        'lang': random.choice(['python', 'go', None]),
        'ok': None if i % 7 == 0 else i % 2 == 0,
        'score': i / 8,
        'tags': None if i % 5 == 0 else [text(5) if j % 3 else None for j in range(i % 6)],
        'messages': [{'role': 'user' if j % 2 == 0 else 'assistant', 'content': text(30)} for j in range(i % 4)],
        'meta': None if i % 11 == 0 else {'path': f'src/{i}.py', 'lines': [i, i + 1][: i % 3]},
        'grid': [[j] * (i % 3) for j in range(i % 3)],
    })
table = pa.Table.from_pylist(rows)
folder = sys.argv[1]
with open(f'{folder}/rows.jsonl', 'w') as f:
    for row in table.to_pylist(): f.write(json.dumps(row) + '\\n')
names = []
for codec in ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4']:
    for version in ['1.0', '2.0']:
        for dictionary in [True, False]:
            name = f'{codec}-{version}-{dictionary}.parquet'
            pq.write_table(table, f'{folder}/{name}', compression=codec, data_page_version=version,
                use_dictionary=dictionary, data_page_size=4000, row_group_size=1100,
                write_page_index=codec == 'zstd', write_batch_size=64)
            names.append(name)
print(json.dumps(names))
words = [text(9) + str(i) for i in range(5000)]
big = pa.table({'code': [None if i % 6 == 5 else ' '.join(random.choices(words, k=random.randint(1, 300))) for i in range(3000)], 'n': list(range(3000))})
with open(f'{folder}/big.jsonl', 'w') as f:
    for row in big.to_pylist(): f.write(json.dumps(row) + '\\n')
for codec in ['none', 'snappy', 'gzip', 'zstd']:
    for version in ['1.0', '2.0']:
        for dictionary in [True, False]:
            pq.write_table(big, f'{folder}/big-{codec}-{version}-{dictionary}.parquet', compression=codec,
                data_page_version=version, use_dictionary=dictionary, write_batch_size=3000, max_rows_per_page=3000,
                dictionary_pagesize_limit=50_000_000)
`;

const linesOf = async (path: string) =>
  (await readFile(path, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

it("is read row for row, and its first rows from the start of pages of megabytes", async () => {
  if (PYTHON === null) {
    console.warn("NOT RUN: no Python with pyarrow; set CODETUNE_PYTHON to read what it writes.");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "codetune-pyarrow-"));
  try {
    const { stdout } = await promisify(execFile)(PYTHON, ["-c", SCRIPT, folder]);
    const expected = await linesOf(join(folder, "rows.jsonl"));
    const names = JSON.parse(stdout) as string[];
    expect(names).toHaveLength(24);
    for (const name of names) {
      const bytes = await readFile(join(folder, name));
      const file = {
        name,
        byteLength: bytes.length,
        slice: async (start: number, end: number) => bytes.subarray(start, end),
      };
      const rows: unknown[] = [];
      for await (const part of readRows(file, await readFooter(file), { firstBlockBytes: 512, batchRows: 70 }))
        rows.push(...part);
      const plain = JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
      expect(plain, name).toEqual(expected);
    }
    const big = await linesOf(join(folder, "big.jsonl"));
    const started = (await readdir(folder)).filter((name) => name.startsWith("big-"));
    expect(started).toHaveLength(16);
    for (const name of started) {
      const bytes = await readFile(join(folder, name));
      let readBytes = 0;
      const slice = async (start: number, end: number) => {
        readBytes += end - start;
        return bytes.subarray(start, end);
      };
      const file = { name, byteLength: bytes.length, slice };
      const footer = await readFooter(file);
      readBytes = 0;
      const rows: unknown[] = [];
      const options = { firstBlockBytes: 1024, pageStartBytes: 150_000 };
      const error = await (async () => {
        for await (const part of readRows(file, footer, { ...options, limit: 3000 })) rows.push(...part);
      })().catch((reason: unknown) => reason);
      const plain = JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
      expect(plain.length, name).toBeGreaterThan(20);
      expect(plain, name).toEqual(big.slice(0, plain.length));
      // It says that there is more, and did not read it.
      expect(error, name).toBeInstanceOf(ColumnTooLarge);
      expect(readBytes, name).toBeLessThan(400_000);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
