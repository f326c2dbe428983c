/** What jobs make of the Hub: datasets and models, by the worker's own code and a real child process, on a loopback Hub. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readDocuments } from "@/lib/datasets/read-documents";
import { datasetDir } from "@/lib/services/datasets/dataset-dir";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { getHubRows } from "@/lib/services/hub/get-hub-rows";
import { createJob } from "@/lib/services/jobs/create-job";
import { listModels } from "@/lib/services/models/list-models";
import { runJob } from "../helpers/run-job";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { type ArgillaServer, startArgillaServer } from "./argilla-server";
import { lfsContent } from "./hub-content";
import { type FakeRepo, type HubServer, startHubServer } from "./hub-server";

let server: HubServer;
let argilla: ArgillaServer;
let ctx: TestContext;
let dataset: FakeRepo;

const ROWS = 2500;
const parquet = (word: string) =>
  lfsContent(
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          {
            name: "instruction",
            data: Array.from({ length: ROWS }, (_, row) => `Write ${word} ${row}`),
            type: "STRING" as BasicType,
          },
          {
            name: "output",
            data: Array.from({ length: ROWS }, (_, row) =>
              row % 100 === 0 ? "" : `def f${row}():\n    return "${word}"`,
            ),
            type: "STRING" as BasicType,
          },
          { name: "language", data: Array.from({ length: ROWS }, () => "Python"), type: "STRING" as BasicType },
        ],
        pageSize: 4000,
      }),
    ),
  );

beforeAll(async () => {
  server = await startHubServer();
  argilla = await startArgillaServer();
  ctx = await openTestContext("libsql", { HF_ENDPOINT: server.endpoint });
  dataset = server.addRepo(
    { type: "dataset", id: "lab/pairs" },
    { "data/train-00000-of-00001.parquet": parquet("one") },
  );
  server.addRepo({ type: "model", id: "codetune/copy" }, await tinyCode());
  // The child reads its own environment, as it does under a worker.
  vi.stubEnv("HF_ENDPOINT", server.endpoint);
  vi.stubEnv("HF_HOME", join(ctx.paths.home, "hugging-face"));
  vi.stubEnv("HF_TOKEN", "");
  vi.stubEnv("ARGILLA_API_URL", argilla.address);
  vi.stubEnv("ARGILLA_API_KEY", argilla.key);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.close(), argilla.close(), ctx.close()]);
});
afterEach(() => {
  server.fault = () => null;
});

async function tinyCode() {
  const folder = join(process.cwd(), "models", "tiny-code");
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"];
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")]));
  return {
    ...Object.fromEntries(texts),
    "model.safetensors": lfsContent(await readFile(join(folder, "model.safetensors"))),
  };
}

async function finish(spec: object) {
  const { id } = await createJob(ctx, { spec });
  return runJob(ctx, id);
}

const columns = { kind: "completion", prompt: "instruction", completion: "output", language: "language" } as const;

describe("a split of the Hub", () => {
  it("becomes a dataset at its commit, with what was guessed and confirmed", async () => {
    const rows = await getHubRows(ctx, { repo: "lab/pairs", revision: "main", limit: 5 });
    expect(rows.guess).toEqual(columns);
    expect(rows.splits).toMatchObject([{ config: "default", split: "train" }]);
    const job = await finish({
      kind: "dataset-import",
      name: "pairs",
      source: { kind: "hub", repo: "lab/pairs", revision: "main", columns },
    });
    expect([job.status, job.error]).toEqual(["completed", null]);
    const made = await getDataset(ctx, { datasetId: "pairs" });
    expect(made.source).toEqual({
      kind: "hub",
      repo: "lab/pairs",
      revision: dataset.refs.get("main"),
      config: "default",
      split: "train",
      columns,
    });
    expect(made.stats.documents).toBe(ROWS - ROWS / 100);
    expect(Object.keys(made.stats.languages)).toEqual(["python"]);
    expect(made.stats.skipped).toMatchObject({ empty: { count: ROWS / 100 } });
    const documents = [];
    for await (const document of readDocuments(datasetDir(ctx, made.id))) documents.push(document);
    expect(documents[0]).toEqual({
      name: "row 2",
      language: "python",
      prompt: "Write one 1",
      text: 'def f1():\n    return "one"',
    });
  });

  it("gives the same dataset from the same commit, whatever the branch is now", async () => {
    const commit = dataset.refs.get("main");
    server.commit(dataset, { "data/train-00000-of-00001.parquet": parquet("two") });
    const source = { kind: "hub", repo: "lab/pairs", revision: commit, columns, maxRows: 1000 };
    const job = await finish({ kind: "dataset-import", name: "pinned", source });
    expect(job.status).toBe("completed");
    const made = await getDataset(ctx, { datasetId: "pinned" });
    expect(made.stats.documents).toBe(990);
    expect(JSON.stringify(made)).not.toContain("two");
  });

  it("that can't be read leaves nothing behind but the sentence", async () => {
    const before = (await listDatasets(ctx)).length;
    const gated = server.addRepo(
      { type: "dataset", id: "lab/gated", gated: "manual" },
      { "train.parquet": parquet("x") },
    );
    const source = (repo: string, more: object = {}) => ({ kind: "hub", repo, columns, ...more });
    const cases: [object, string][] = [
      [source(gated.id), "is gated: ask for access on"],
      [source("lab/none"), "There is no dataset lab/none"],
      [source("lab/pairs", { revision: "v7" }), "has no revision v7"],
      [source("lab/pairs", { split: "test" }), "it has default/train"],
      [source("lab/pairs", { columns: { kind: "text", text: "code" } }), "has no column code; it has instruction"],
    ];
    for (const [bad, sentence] of cases) {
      const job = await finish({ kind: "dataset-import", name: "bad", source: bad });
      expect([job.status, job.result]).toEqual(["failed", null]);
      expect(job.error).toContain(sentence);
    }
    server.fault = ({ server: name }) => (name === "cdn" ? { status: 403, body: "denied" } : null);
    expect((await finish({ kind: "dataset-import", name: "bad", source: source("lab/pairs") })).status).toBe("failed");
    expect(await listDatasets(ctx)).toHaveLength(before);
    await expect(
      createJob(ctx, { spec: { kind: "dataset-import", name: "bad", source: source("../../etc") } }),
    ).rejects.toThrow("source");
  });
});

describe("a model of the Hub", () => {
  it("is downloaded into the cache and can be trained then", async () => {
    const job = await finish({ kind: "hub-download", type: "model", repo: "codetune/copy" });
    expect([job.status, job.error, job.result]).toEqual([
      "completed",
      null,
      { kind: "model", id: "codetune/copy", name: "codetune/copy" },
    ]);
    expect((await listModels(ctx)).map(({ id }) => id)).toContain("codetune/copy");
  });
});

describe("a model that can't be trained", () => {
  it("is refused before its weights come", async () => {
    server.addRepo(
      { type: "model", id: "lab/mamba" },
      { "config.json": '{"model_type":"mamba"}', "model.safetensors": lfsContent(Buffer.alloc(1000)) },
    );
    server.seen.length = 0;
    const job = await finish({ kind: "hub-download", type: "model", repo: "lab/mamba" });
    expect([job.status, job.error]).toEqual(["failed", expect.stringContaining("has the architecture mamba")]);
    expect(server.seen.filter(({ server: name }) => name === "cdn")).toEqual([]);
  });
});

describe("Argilla", () => {
  it("gives the submitted answers of a dataset, page after page, and keeps its key to itself", async () => {
    const source = {
      kind: "argilla",
      address: argilla.address,
      workspace: "team",
      dataset: "snippets",
      columns: { kind: "completion", prompt: "prompt", completion: "answer.code" },
    };
    const job = await finish({ kind: "dataset-import", name: "argilla", source });
    expect([job.status, job.error]).toEqual(["completed", null]);
    const made = await getDataset(ctx, { datasetId: "argilla" });
    expect(made.stats.documents).toBe(argilla.answered);
    expect(argilla.requests).toBeGreaterThan(3);
    expect(JSON.stringify([made, job])).not.toContain(argilla.key);
    const log = await readFile(join(ctx.paths.jobs, job.id, "log.txt"), "utf8").catch(() => "");
    expect(log).not.toContain(argilla.key);
    const failed = await finish({ kind: "dataset-import", name: "argilla", source: { ...source, dataset: "other" } });
    expect(failed.error).toContain("it has team/snippets");
    const before = argilla.requests;
    vi.stubEnv("ARGILLA_API_URL", "https://argilla.example.org");
    const stranger = await finish({ kind: "dataset-import", name: "argilla", source });
    expect([stranger.error, argilla.requests]).toEqual([expect.stringContaining("ARGILLA_API_URL only"), before]);
    vi.stubEnv("ARGILLA_API_URL", argilla.address);
    vi.stubEnv("ARGILLA_API_KEY", "wrong");
    expect((await finish({ kind: "dataset-import", name: "argilla", source })).error).toContain("refuses the key");
    vi.stubEnv("ARGILLA_API_KEY", "");
    expect((await finish({ kind: "dataset-import", name: "argilla", source })).error).toContain("Set ARGILLA_API_KEY");
  });
});
