import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseEnv } from "@/lib/config/env";
import { pathsOf } from "@/lib/config/paths";
import { databaseOptions } from "./database-options";
import { describeUrl } from "./describe-url";
import { absoluteFileUrl, fileUrl, findFilePath } from "./file-url";
import { getMigrationStatus } from "./get-migration-status";
import { openDatabase } from "./open-database";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "codetune-file-url-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a home folder may have any name: the database lies in it and is found again", async () => {
  const env = parseEnv({ CODETUNE_HOME: join(folder, "a b#c%20d?e") });
  const options = databaseOptions(env, pathsOf(env));
  expect((await getMigrationStatus(options)).applied).toEqual([]);
  const db = await openDatabase(options);
  await db.ping();
  await db.close();
  expect(existsSync(join(folder, "a b#c%20d?e", "codetune.db"))).toBe(true);
  expect(await readdir(folder)).toEqual(["a b#c%20d?e"]);
  expect((await getMigrationStatus(options)).pending).toEqual([]);
});

test.each(["/a/b.db", "/C#/a.db", "/50%/ä?/%41.db", "/a b/c+d&e=f.db"])("%s comes back from its address", (path) => {
  expect(findFilePath(fileUrl(path))).toBe(path);
});

test.each([
  ["file:./x.db", "./x.db"],
  ["file:///tmp/a%20b.db", "/tmp/a b.db"],
  ["file://localhost/tmp/a.db", "/tmp/a.db"],
  ["file:/tmp/a.db?tls=0", "/tmp/a.db"],
  ["file::memory:", null],
  ["file::memory:?cache=shared", null],
  ["postgres://h/d", null],
])("%s is the file %s", (url, path) => {
  expect(findFilePath(url)).toBe(path);
});

test("a relative address becomes absolute and keeps its options; others stay as they are", () => {
  expect(absoluteFileUrl("file:a%23b/x.db?tls=0")).toBe(`${fileUrl(join(process.cwd(), "a#b", "x.db"))}?tls=0`);
  for (const url of ["file:/a/b.db", "file::memory:", "libsql://x.turso.io", "postgres://h/d"])
    expect(absoluteFileUrl(url)).toBe(url);
});

test("a percent sign that encodes nothing is named", () => {
  expect(() => findFilePath("file:/tmp/50%/a.db")).toThrow("write %25");
});

test("options of a file's address are not shown", () => {
  expect(describeUrl("file:/a.db?authToken=secret")).toBe("file /a.db");
});
