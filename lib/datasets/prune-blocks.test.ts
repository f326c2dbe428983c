import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { markUsed, pruneBlocks } from "./prune-blocks";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "codetune-blocks-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Folder `n` was used `n` units ago. */
function addFolders(count: number, unitMs: number): void {
  for (let n = 0; n < count; n++) {
    const path = join(parent, String(n).padStart(2, "0"));
    mkdirSync(path);
    const usedAt = new Date(Date.now() - n * unitMs);
    utimesSync(path, usedAt, usedAt);
  }
}
const left = () => readdirSync(parent).map(Number);
const range = (count: number) => Array.from({ length: count }, (_, n) => n);

test("folders used within days stay, up to two dozen however new they are: those used last", async () => {
  addFolders(20, MINUTE_MS);
  await pruneBlocks(parent);
  expect(left()).toEqual(range(20));
  rmSync(parent, { recursive: true });
  mkdirSync(parent);
  addFolders(40, MINUTE_MS);
  await markUsed(join(parent, "39"));
  await pruneBlocks(parent);
  expect(left()).toEqual([...range(23), 39]);
});

test("of folders that were not used for days only the six used last stay", async () => {
  addFolders(12, DAY_MS + MINUTE_MS);
  await pruneBlocks(parent);
  expect(left()).toEqual(range(6));
});
