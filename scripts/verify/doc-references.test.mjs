import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findStaleReferences } from "./doc-references.mjs";

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "codetune-documents-"));
  mkdirSync(join(folder, "lib/db"), { recursive: true });
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "lib/db/rows.ts"), "");
  writeFileSync(join(folder, "package.json"), '{"scripts":{"verify":"x"}}');
});
afterEach(() => rmSync(folder, { recursive: true }));

function problemsOf(text) {
  writeFileSync(join(folder, "docs/a.md"), text);
  return findStaleReferences(folder);
}

test("paths, links and scripts that exist are no problem", () => {
  expect(
    problemsOf("`lib/db`, `lib/db/rows.ts`, [a](../package.json#x), [b](https://x.org/y), `npm run verify`, `a/b`"),
  ).toEqual([]);
});

test("what the studio makes while it runs is no problem", () => {
  expect(problemsOf("`data/bench.json` and `runs/<id>/adapter`, `dist/cli.mjs`")).toEqual([]);
});

test.each([
  ["a path", "`lib/db/gone.ts`", "lib/db/gone.ts"],
  ["a link", "[x](gone.md)", "gone.md"],
  ["a picture", "![x](images/gone.png)", "images/gone.png"],
  ["a script", "`npm run gone`", "npm run gone"],
])("%s that does not exist is named", (_, text, name) => {
  expect(problemsOf(text).join()).toContain(name);
});

test("documents that packages, builds and runs bring are not ours", () => {
  for (const place of ["node_modules/a", "lib/node_modules/a", "data/runs", ".next", "dist"]) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, "README.md"), "[x](gone.md)");
  }
  mkdirSync(join(folder, "lib/data"));
  writeFileSync(join(folder, "lib/data/README.md"), "[x](lost.md)");
  expect(problemsOf("")).toEqual(["lib/data/README.md names lost.md, which does not exist"]);
});
