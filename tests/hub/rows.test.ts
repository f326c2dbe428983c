/** Rows of a dataset on the Hub: from parts of its Parquet files, never from whole ones. */
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "@/lib/errors";
import { findLayout } from "@/lib/hub/rows/find-layout";
import { findSplit } from "@/lib/hub/rows/find-split";
import { openSplit } from "@/lib/hub/rows/open-split";
import { previewRows } from "@/lib/hub/rows/preview-rows";
import { toShown } from "@/lib/hub/rows/to-shown";
import { repeatRowGroup } from "./big-parquet";
import { lfsContent, type textContent } from "./hub-content";
import { type HubServer, startHubServer } from "./hub-server";
import { openTestHub } from "./test-hub";

let server: HubServer;
beforeAll(async () => {
  server = await startHubServer();
});
afterAll(() => server.close());
afterEach(() => {
  server.fault = () => null;
  server.seen.length = 0;
});

const parquet = (rows: string[]) =>
  lfsContent(
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "content", data: rows, type: "STRING" as BasicType },
          { name: "stars", data: rows.map((_, index) => index), type: "INT32" as BasicType },
        ],
        pageSize: 2000,
      }),
    ),
  );
const codeRows = (count: number, word = "code") =>
  Array.from({ length: count }, (_, row) => `${word} ${row} ${"x".repeat(row % 300)}`);

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error) => error as AppError,
  );

async function look(repo: string, at: { config?: string; split?: string; revision?: string } = {}) {
  const hub = await openTestHub(server.endpoint);
  const layout = await findLayout(hub, { repo, revision: at.revision ?? "main" });
  return { layout, page: await previewRows(hub, layout, findSplit(layout, at), 5) };
}
const splitsOf = ({ layout }: Awaited<ReturnType<typeof look>>) =>
  layout.splits.map(({ config, split, files }) => `${config}/${split}:${files.length}`);

describe("splits", () => {
  it("are read off the card, off names, or off the Hub's conversion", async () => {
    const rows = parquet(codeRows(10));
    server.addRepo(
      { type: "dataset", id: "a/card" },
      {
        "README.md":
          "---\nconfigs:\n- config_name: py\n  data_files:\n  - split: train\n    path: data/py-*.parquet\n- config_name: js\n  data_files:\n  - split: train\n    path: ['data/js-*']\n  - split: check\n    path: extra/**/*.parquet\n---\n",
        "data/py-0.parquet": rows,
        "data/js-0.parquet": rows,
        "data/js-1.parquet": rows,
        "extra/deep/er/x.parquet": rows,
      },
    );
    expect(splitsOf(await look("a/card"))).toEqual(["py/train:1", "js/train:2", "js/check:1"]);
    server.addRepo(
      { type: "dataset", id: "a/names" },
      {
        "data/train-00000-of-00002.parquet": rows,
        "data/train-00001-of-00002.parquet": rows,
        "data/dev-00000-of-00001-abc.parquet": rows,
        "fr/test.parquet": rows,
      },
    );
    expect(splitsOf(await look("a/names"))).toEqual(["default/train:2", "default/validation:1", "fr/test:1"]);
    const converted = server.addRepo({ type: "dataset", id: "a/json" }, { "data.jsonl": "{}" });
    const commit = server.commit(
      converted,
      { "default/train/0000.parquet": rows, "default/odd_name/0000.parquet": rows },
      "refs/convert/parquet",
    );
    const found = await look("a/json", { split: "odd_name" });
    expect(splitsOf(found)).toEqual(["default/train:1", "default/odd_name:1"]);
    expect([found.layout.origin, found.layout.commit]).toEqual(["converted", commit]);
    // What was recorded finds the same files again.
    expect(splitsOf(await look("a/json", { revision: commit }))).toEqual(splitsOf(found));
  });

  it("that are not there, and datasets without Parquet, are told with what there is", async () => {
    server.addRepo({ type: "dataset", id: "a/one" }, { "train.parquet": parquet(codeRows(3)) });
    expect((await failure(look("a/one", { split: "test" }))).message).toContain("it has default/train");
    server.addRepo({ type: "dataset", id: "a/csv" }, { "data.csv": "a,b", "x.json": "{}" });
    expect((await failure(look("a/csv"))).message).toContain("it has .csv, .json");
    server.addRepo({ type: "dataset", id: "a/gated", gated: "manual" }, { "train.parquet": parquet(codeRows(3)) });
    expect((await failure(look("a/gated"))).message).toContain("is gated: ask for access on");
  });
});

describe("the first rows", () => {
  it("of a Parquet of 1 GB cost at most 5 MB", async () => {
    const big = repeatRowGroup(1_000_000_000);
    expect(big.content.size).toBeGreaterThan(1_000_000_000);
    server.addRepo({ type: "dataset", id: "a/big" }, { "train.parquet": big.content });
    const { page } = await look("a/big");
    expect(page.rows).toEqual(big.rows.slice(0, 5).map(toShown));
    expect(page.fileRows).toBe(big.fileRows);
    const sent = server.seen.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
    expect(sent).toBeLessThan(5_000_000);
    expect(page.readBytes).toBeLessThanOrEqual(sent);
  });

  it("of a single row group of many megabytes cost a page of each column", async () => {
    const rows = codeRows(60_000, "a line of code that is long enough to fill a page soon");
    const content = parquet(rows);
    server.addRepo({ type: "dataset", id: "a/group" }, { "train.parquet": content });
    const { page } = await look("a/group");
    expect(page.rows.map(({ content: text }) => text)).toEqual(rows.slice(0, 5));
    expect(page.readBytes).toBeLessThan(Math.min(content.size / 5, 300_000));
  });

  it("of a file that is cut off, damaged or another than announced are a sentence", async () => {
    const whole = Buffer.from(await bytesOf(parquet(codeRows(500))));
    const cases: [string, Buffer][] = [
      ["cut", whole.subarray(0, whole.length - 50)],
      ["text", Buffer.from("hello".repeat(100))],
      ["empty", Buffer.alloc(0)],
    ];
    for (const [name, bytes] of cases) {
      server.addRepo({ type: "dataset", id: `a/bad-${name}` }, { "train.parquet": lfsContent(bytes) });
      const error = await failure(look(`a/bad-${name}`));
      expect([name, error.code]).toEqual([name, "invalid_input"]);
      expect(error.message).toContain("no whole Parquet file");
    }
    server.addRepo({ type: "dataset", id: "a/lies" }, { "train.parquet": lfsContent(whole) });
    server.fault = ({ path }) =>
      path.includes("/resolve/") && path.endsWith(".parquet") ? { linkedSize: 9_999_999 } : null;
    expect((await failure(look("a/lies"))).message).toContain("has 9999999 bytes by one answer of the Hub");
    server.fault = ({ server: name }) => (name === "cdn" ? { isWhole: true } : null);
    expect((await failure(look("a/lies"))).message).toContain("can't send a part");
    server.fault = ({ server: name }) => (name === "cdn" ? { cutAfterBytes: 100 } : null);
    expect((await failure(look("a/lies"))).code).toBe("unavailable");
  });
});

describe("all rows of a split", () => {
  it("come in order, file after file, and cost the chosen columns only", async () => {
    const parts = [codeRows(800, "one"), codeRows(900, "two")];
    server.addRepo(
      { type: "dataset", id: "a/all" },
      {
        "data/train-00000-of-00002.parquet": parquet(parts[0] as string[]),
        "data/train-00001-of-00002.parquet": parquet(parts[1] as string[]),
      },
    );
    const hub = await openTestHub(server.endpoint);
    const { rows, commit } = await openSplit(
      hub,
      { repo: "a/all", revision: "main", config: "default", split: "train" },
      { columns: ["content"] },
    );
    const read: unknown[] = [];
    for await (const row of rows) read.push(row["content"]);
    expect(read).toEqual(parts.flat());
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
  });
});

async function bytesOf(content: ReturnType<typeof textContent>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of content.read(0, content.size)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
