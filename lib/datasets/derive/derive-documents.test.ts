import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DatasetDocument, DatasetSource } from "@/lib/contracts/dataset";
import { DeriveOperation } from "@/lib/contracts/derive-operation";
import { buildDataset } from "../build-dataset";
import { SkipTally } from "../skip-tally";
import { deriveDocuments, type Parent } from "./derive-documents";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-derive-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const source: DatasetSource = { kind: "git", repositories: [{ address: "/repo" }] };
const text = (seed: string, lines: number) =>
  Array.from({ length: lines }, (_, i) => `let ${seed}${i} = ${i} + ${seed}(${i * 3});`).join("\n");

async function dataset(name: string, documents: (Partial<DatasetDocument> & { name: string })[]): Promise<Parent> {
  const folder = join(dir, name);
  const read = async function* () {
    for (const document of documents)
      yield { language: "typescript", text: text(document.name.replace(/\W/g, ""), 10), ...document };
  };
  await buildDataset({ source, outDir: folder, read });
  return { name, folder };
}

async function derive(operation: unknown, ...parents: Parent[]) {
  const skips = new SkipTally();
  const documents: DatasetDocument[] = [];
  for await (const document of deriveDocuments(DeriveOperation.parse(operation), parents)({ origin: "test", skips }))
    documents.push(document);
  return { documents, names: documents.map(({ name }) => name), skipped: skips.toStats() };
}

const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `${prefix}${i}.ts`, text: text(`${prefix}${i}`, 10) }));
const bytes = (documents: DatasetDocument[]) =>
  documents.reduce((sum, document) => sum + Buffer.byteLength(document.text), 0);

test("a mix has the shares of its weights, repeats nothing, and is the same for the same seed", async () => {
  const [a, b] = [await dataset("a", many("a", 200)), await dataset("b", many("b", 100))];
  const operation = {
    kind: "mix",
    parts: [
      { dataset: "a", weight: 3 },
      { dataset: "b", weight: 1 },
    ],
  };
  const mixed = await derive(operation, a, b);
  const share = bytes(mixed.documents.filter(({ name }) => name.startsWith("a/"))) / bytes(mixed.documents);
  expect(Math.abs(share - 0.75)).toBeLessThan(0.02);
  expect(new Set(mixed.names).size).toBe(mixed.names.length);
  expect(mixed.names.filter((name) => name.startsWith("a/"))).toHaveLength(200);
  expect((await derive(operation, a, b)).names).toEqual(mixed.names);
  expect((await derive({ ...operation, seed: 7 }, a, b)).names).not.toEqual(mixed.names);
});

test("a filter keeps what fits every condition and counts the others", async () => {
  const parent = await dataset("d", [
    { name: "src/a.ts", license: "MIT OR GPL-3.0-only" },
    { name: "src/b.py", language: "python", license: "MIT" },
    { name: "src/c.ts", license: "GPL-3.0-only" },
    { name: "src/d.ts" },
    { name: "test/e.ts", license: "MIT" },
    { name: "src/f.ts", license: "MIT", text: `${text("f", 10)} // secret word` },
  ]);
  const { names, skipped } = await derive(
    {
      kind: "filter",
      dataset: "d",
      languages: ["TypeScript"],
      licenses: ["MIT"],
      include: ["src/"],
      not_containing: "secret word",
    },
    parent,
  );
  expect(names).toEqual(["src/a.ts"]);
  expect(Object.fromEntries(Object.entries(skipped).map(([reason, { count }]) => [reason, count]))).toEqual({
    "another language": 1,
    "another licence": 2,
    "not included": 1,
    "has the words": 1,
  });
});

test("a sample draws as many as asked, in their order; more documents move nothing but the border", async () => {
  const parent = await dataset("s", many("s", 50));
  const { names } = await derive({ kind: "sample", dataset: "s", documents: 12 }, parent);
  expect(names).toHaveLength(12);
  expect(names).toEqual(
    many("s", 50)
      .map(({ name }) => name)
      .filter((name) => names.includes(name)),
  );
  const more = await derive({ kind: "sample", dataset: "s", documents: 13 }, parent);
  expect(names.every((name) => more.names.includes(name))).toBe(true);
  expect((await derive({ kind: "sample", dataset: "s", documents: 500 }, parent)).names).toHaveLength(50);
});

test("duplicates go, exact ones always, near ones by their threshold", async () => {
  const base = text("x", 60);
  const parent = await dataset("x", [
    { name: "1", text: base },
    { name: "2", text: base },
    { name: "3", text: `${base}\nlet more = 1;` },
    { name: "4", text: text("other", 60) },
  ]);
  expect((await derive({ kind: "deduplicate", dataset: "x" }, parent)).names).toEqual(["1", "4"]);
  expect((await derive({ kind: "deduplicate", dataset: "x", threshold: 1 }, parent)).names).toEqual(["1", "3", "4"]);
});

test("a split holds out whole repositories, or what was changed last", async () => {
  const parent = await dataset(
    "p",
    Array.from({ length: 40 }, (_, i) => ({
      name: `f${i}`,
      repository: `r${i % 4}`,
      modifiedAt: `2024-01-${String(10 + (i % 20))}T00:00:00Z`,
    })),
  );
  const byRepository = await derive({ kind: "split", dataset: "p", by: "repository", held_out: 0.3 }, parent);
  const of = new Map<string, Set<string>>();
  for (const { repository = "", split = "" } of byRepository.documents)
    of.set(repository, (of.get(repository) ?? new Set()).add(split));
  expect([...of.values()].every((splits) => splits.size === 1)).toBe(true);
  const byTime = await derive({ kind: "split", dataset: "p", by: "time", held_out: 0.25 }, parent);
  const times = (split: string) =>
    byTime.documents
      .filter((document) => document.split === split)
      .map(({ modifiedAt = "" }) => modifiedAt)
      .sort();
  expect((times("train").at(-1) ?? "") < (times("eval")[0] ?? "")).toBe(true);
  const alone = await dataset("alone", [
    { name: "a", repository: "one" },
    { name: "b", repository: "one", text: text("b", 9) },
  ]);
  await expect(derive({ kind: "split", dataset: "alone", by: "repository" }, alone)).rejects.toThrow("at least two");
});
