import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnv } from "@/lib/config/env";
import { silentLogger } from "@/lib/config/logger";
import type { DatasetDetailView, DatasetView } from "@/lib/contracts/views";
import { createServiceContext } from "@/lib/services/context";
import { addTinyDataset } from "../helpers/tiny-studio";
import { startProgram } from "./start-program";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "codetune-dataset-"));
  const ctx = await createServiceContext(parseEnv({ CODETUNE_HOME: home }), silentLogger);
  await addTinyDataset(ctx);
  await ctx.db.close();
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const program = startProgram(["dataset", ...args], { CODETUNE_HOME: home });
  const { code } = await program.ended;
  return { code, ...program.output() };
}

test("dataset list names every dataset, for people and for programs", async () => {
  const text = await run("list");
  expect(text.code).toBe(0);
  expect(text.out).toMatch(/^tiny-data {2}ds_\w+ {2}40 documents/);
  const json = await run("list", "--json");
  expect((JSON.parse(json.out) as DatasetView[]).map(({ name, version }) => [name, version])).toEqual([
    ["tiny-data", 1],
  ]);
});

test("dataset inspect takes a name, a version or an id, and shows facts and real rows", async () => {
  const json = await run("inspect", "tiny-data@1", "--json");
  const { dataset, versions } = JSON.parse(json.out) as { dataset: DatasetDetailView; versions: DatasetView[] };
  expect(dataset).toMatchObject({ name: "tiny-data", stats: { documents: 40 } });
  expect(versions).toHaveLength(1);
  for (const asked of ["tiny-data", dataset.id]) {
    const { code, out } = await run("inspect", asked);
    expect(code).toBe(0);
    expect(out).toContain(`sha256 ${dataset.contentHash}`);
    expect(out).toContain("total += values[");
  }
  const unknown = await run("inspect", "tiny-data@2");
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain("There is no dataset tiny-data@2");
});
