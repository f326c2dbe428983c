import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprint, listSources } from "./fingerprint.mjs";

let folder;
const write = (name, text) => writeFileSync(join(folder, name), text);
const both = () => {
  const { quick, content } = fingerprint(folder, ["app", "package.json", "missing.ts"]);
  return { quick, content: content() };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "codetune-fingerprint-"));
  mkdirSync(join(folder, "app", "runs"), { recursive: true });
  write("app/page.tsx", "one");
  write("app/runs/page.tsx", "two");
  write("package.json", "{}");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the same sources have the same fingerprint", () => {
  expect(both()).toEqual(both());
});

test("touching a file changes the quick part only", () => {
  const before = both();
  utimesSync(join(folder, "app/page.tsx"), new Date(1e12), new Date(1e12));
  const after = both();
  expect(after.quick).not.toBe(before.quick);
  expect(after.content).toBe(before.content);
});

test.each([
  ["an edit", () => write("app/page.tsx", "One")],
  ["a new file", () => write("app/new.ts", "")],
  ["a removed file", () => rmSync(join(folder, "app/page.tsx"))],
  ["a renamed file", () => renameSync(join(folder, "app/page.tsx"), join(folder, "app/other.tsx"))],
  [
    "text moved between files",
    () => {
      write("app/page.tsx", "onetwo");
      write("app/runs/page.tsx", "");
    },
  ],
  ["an edit of a single file", () => write("package.json", '{"a":1}')],
])("%s changes both parts", (_, change) => {
  const before = both();
  change();
  const after = both();
  expect(after.quick).not.toBe(before.quick);
  expect(after.content).not.toBe(before.content);
});

test("tests, documents, fixtures and files outside the sources do not count", () => {
  const before = both();
  mkdirSync(join(folder, "app/fixtures"));
  for (const name of ["app/a.test.ts", "app/a.test.tsx", "app/notes.md", "app/fixtures/big.json", "elsewhere.ts"]) {
    write(name, "x");
  }
  expect(both()).toEqual(before);
});

test("a source that is a folder is listed with paths that begin with its name", () => {
  expect(listSources(folder, ["app"]).map(({ name }) => name)).toEqual(["app/page.tsx", "app/runs/page.tsx"]);
});
