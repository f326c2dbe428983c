import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Env, readEnv } from "@/lib/config/env";
import { pathsOf } from "@/lib/config/paths";
import { databaseOptions } from "@/lib/db/database-options";
import { absoluteFileUrl, fileUrl } from "@/lib/db/file-url";
import { applyOptions, type EnvironmentOptions } from "./apply-options";

const NAMES = ["HOST", "PORT", "CODETUNE_HOME", "CODETUNE_DATA_ROOTS", "DATABASE_URL", "HF_HOME", "SPACE_ID"];
const before = { cwd: process.cwd(), env: { ...process.env } };
let folder: string;
let foreign: string;
let repository: string;

beforeEach(async () => {
  for (const name of NAMES) delete process.env[name];
  folder = await realpath(await mkdtemp(join(tmpdir(), "codetune-options-")));
  foreign = join(folder, "foreign");
  repository = join(folder, "repository");
  await mkdir(foreign);
  await mkdir(repository);
});
afterEach(async () => {
  process.chdir(before.cwd);
  process.env = { ...before.env };
  await rm(folder, { recursive: true });
});

/** Where everything is, for this process in its working directory. */
function placesOf(env: Env) {
  const { dataRoots, ...paths } = pathsOf(env);
  const database = absoluteFileUrl(databaseOptions(env, pathsOf(env)).url);
  return { ...paths, database, roots: new Set(dataRoots) };
}

/** What the command line sees in its folder, and what a child of it sees in another one. */
async function seen(envFile: string, options: EnvironmentOptions = {}) {
  await writeFile(join(foreign, ".env"), envFile);
  process.chdir(foreign);
  const own = placesOf(applyOptions(options));
  process.chdir(repository);
  return { own, child: placesOf(readEnv()) };
}

test.each([
  ["without any setting", "", {}],
  [
    "with relative settings",
    `DATABASE_URL=file:./x.db\nHF_HOME=hf\nCODETUNE_HOME=mine\nCODETUNE_DATA_ROOTS=a${delimiter}b`,
    {},
  ],
  ["with a relative database as an option", "HF_HOME=../hf", { databaseUrl: "file:x.db" }],
  ["with an address that others reach", "CODETUNE_TOKEN=0123456789abcdef", { host: "0.0.0.0" }],
])("children work with the same places as the command line in a foreign folder, %s", async (_, envFile, options) => {
  await writeFile(join(repository, ".env"), "DATABASE_URL=file:other.db\nHF_HOME=other\nCODETUNE_HOME=other\n");
  const { own, child } = await seen(envFile, options);
  expect(child).toEqual(own);
});

test("relative settings go from the working directory", async () => {
  const { child } = await seen(`DATABASE_URL=file:./x.db\nHF_HOME=hf\nCODETUNE_DATA_ROOTS=a${delimiter}b`);
  expect(child.database).toBe(fileUrl(join(foreign, "x.db")));
  expect(child.huggingFaceCache).toBe(join(foreign, "hf", "hub"));
  expect(child.home).toBe(join(foreign, "data"));
  expect([...child.roots]).toEqual(expect.arrayContaining([join(foreign, "a"), join(foreign, "b")]));
});

test("the working directory may be read by the children of a laptop's command line, not by a server's", async () => {
  expect((await seen("")).child.roots).toContain(foreign);
  for (const name of NAMES) delete process.env[name];
  expect((await seen("", { host: "0.0.0.0" })).child.roots).not.toContain(foreign);
});
