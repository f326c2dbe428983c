import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalSource } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import { deleteDataset } from "@/lib/services/datasets/delete-dataset";
import { ensureRepositoryDataset } from "@/lib/services/datasets/ensure-repository-dataset";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { getLengthHistogram } from "@/lib/services/datasets/get-length-histogram";
import { getMaskBlock } from "@/lib/services/datasets/get-mask-block";
import { inspectFile } from "@/lib/services/datasets/inspect-file";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { saveUpload } from "@/lib/services/datasets/save-upload";
import { appendUpload, beginUpload, getUpload } from "@/lib/services/datasets/upload-parts";
import { createJob } from "@/lib/services/jobs/create-job";
import { getPlanFacts } from "@/lib/services/runs/get-plan-facts";
import { getRun } from "@/lib/services/runs/get-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addRun } from "../helpers/run-fixtures";
import { createDatasetByJob, runJob } from "../helpers/run-job";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";

describe.each(TEST_DATABASES)("dataset services on %s", (kind) => {
  let ctx: TestContext;
  let outside: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    outside = await mkdtemp(join(tmpdir(), "codetune-outside-"));
    await addTinyModel(ctx.paths.home);
  });
  afterAll(async () => {
    await ctx.close();
    await rm(outside, { recursive: true, force: true });
  });

  async function folder(name: string, files: Record<string, string>): Promise<LocalSource> {
    const path = join(ctx.paths.home, "sources", name);
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), content);
    }
    return { kind: "folder", path };
  }

  const failure = async (work: Promise<unknown>): Promise<AppError> => {
    const error = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).not.toContain("\n");
    return error as AppError;
  };

  /** Folders of datasets: nothing half-made may stay. */
  const datasetFolders = () => readdir(ctx.paths.datasets).catch(() => []);

  it("create, list and get a dataset with a preview of its rows", async () => {
    const source = await folder("one", { "a.ts": "export const a = 1;\n", "b.py": "b = 2\n" });
    const created = await createDatasetByJob(ctx, { name: "  one ", source });
    expect(created).toMatchObject({ name: "one", source, stats: { documents: 2 } });
    expect(created.preview.map(({ name }) => name)).toEqual(["a.ts", "b.py"]);
    expect(await getDataset(ctx, { datasetId: created.id })).toEqual(created);
    expect(await getDataset(ctx, { datasetId: "one" })).toEqual(created);
    const { preview: _, ...view } = created;
    expect(await listDatasets(ctx)).toContainEqual(view);
  });

  it("give the same data under the same name the dataset that is there, and other data its next version", async () => {
    const source = await folder("two", { "a.ts": "let a;" });
    const first = await createDatasetByJob(ctx, { name: "two", source });
    const before = await datasetFolders();
    expect(await createDatasetByJob(ctx, { name: "two", source })).toEqual(first);
    await folder("two", { "b.ts": "let b;" });
    const second = await createDatasetByJob(ctx, { name: "two", source });
    expect([first.version, second.version, second.stats.documents]).toEqual([1, 2, 2]);
    expect(await getDataset(ctx, { datasetId: "two" })).toEqual(second);
    expect(await getDataset(ctx, { datasetId: "two@2" })).toEqual(second);
    expect(await getDataset(ctx, { datasetId: "two@1" })).toEqual(first);
    expect((await failure(getDataset(ctx, { datasetId: "two@3" }))).code).toBe("not_found");
    expect(await datasetFolders()).toEqual([...before, second.id].sort());
    // What is there is there for good: back at the first content it is a version of its own.
    await rm(join(source.path, "b.ts"));
    expect(await createDatasetByJob(ctx, { name: "two", source })).toMatchObject({
      version: 3,
      contentHash: first.contentHash,
    });
  });

  it("refuse wrong input with every field named at once, and unknown datasets", async () => {
    const source = await folder("three", { "a.ts": "let a;" });
    const error = await failure(createDatasetByJob(ctx, { name: " ", source: { kind: "folder", path: "" } }));
    expect(Object.keys(error.fieldErrors ?? {}).sort()).toEqual(["name", "source"]);
    for (const name of ["x".repeat(201), "this-repository", "ds_0123456789abcdefghj", "two@2", "nul\0"]) {
      expect((await failure(createDatasetByJob(ctx, { name, source }))).fieldErrors).toHaveProperty("name");
    }
    for (const datasetId of ["none", "ds_0123456789abcdefghj", "../../etc", "x".repeat(10_000)]) {
      expect((await failure(getDataset(ctx, { datasetId }))).code).toBe("not_found");
    }
  });

  it("read nothing outside the allowed roots, whatever the path looks like", async () => {
    await writeFile(join(outside, "a.ts"), "let secret;");
    await writeFile(join(outside, "a.jsonl"), '{"text":"secret"}');
    const inside = await folder("four", { "a.ts": "let a;" });
    await symlink(outside, join(inside.path, "link"));
    await symlink(join(outside, "a.jsonl"), join(inside.path, "link.jsonl"));
    const before = await datasetFolders();
    const cases: [LocalSource, string][] = [
      [{ kind: "folder", path: outside }, "forbidden"],
      [{ kind: "folder", path: `${inside.path}/../../../${basename(outside)}` }, "forbidden"],
      [{ kind: "folder", path: join(inside.path, "link") }, "forbidden"],
      [{ kind: "jsonl", path: join(inside.path, "link.jsonl") }, "forbidden"],
      [{ kind: "folder", path: "/" }, "forbidden"],
      [{ kind: "jsonl", path: "/etc/passwd" }, "forbidden"],
      [{ kind: "folder", path: `${ctx.paths.home}-other` }, "forbidden"],
      [{ kind: "folder", path: join(inside.path, "gone") }, "not_found"],
      [{ kind: "folder", path: join(inside.path, "a.ts") }, "invalid_input"],
      [{ kind: "jsonl", path: inside.path }, "invalid_input"],
      [{ kind: "jsonl", path: `${inside.path}/a.ts\0.jsonl` }, "invalid_input"],
      [{ kind: "folder", path: join(outside, "gone") }, "forbidden"],
      [{ kind: "folder", path: join(inside.path, "x".repeat(3000)) }, "not_found"],
    ];
    for (const [source, code] of cases) {
      const error = await failure(createDatasetByJob(ctx, { name: "hostile", source }));
      expect([source.path.slice(0, 80), error.code]).toEqual([source.path.slice(0, 80), code]);
      expect(error.fieldErrors).toHaveProperty("source");
      expect(error.message.length).toBeLessThan(500);
    }
    expect(await datasetFolders()).toEqual(before);
    expect((await createDatasetByJob(ctx, { name: "link inside", source: inside })).stats.documents).toBe(1);
  });

  it("refuse a source with nothing to learn from, and leave nothing behind", async () => {
    const before = await datasetFolders();
    const source = await folder("five", { "logo.png": "x" });
    expect((await failure(createDatasetByJob(ctx, { name: "five", source }))).message).toContain(
      "no source code to learn from",
    );
    expect(await datasetFolders()).toEqual(before);
    expect((await listDatasets(ctx)).some(({ name }) => name === "five")).toBe(false);
  });

  it("always have this repository's own source, once", async () => {
    const small = await folder("repository", { "a.ts": "let a;", "node_modules/b.ts": "let b;" });
    const own = { ...ctx, paths: { ...ctx.paths, repository: small.path } };
    const [first, second] = await Promise.all([ensureRepositoryDataset(own), ensureRepositoryDataset(own)]);
    expect(first).toMatchObject({ name: "this-repository", stats: { documents: 1 } });
    expect(second).toEqual(first);
    await folder("repository", { "c.ts": "let c;" });
    expect(await ensureRepositoryDataset(own)).toEqual(first);
    expect(await readdir(join(ctx.paths.datasets, first.id))).toContain("documents.jsonl");
    expect((await listDatasets(ctx)).filter(({ name }) => name === "this-repository")).toHaveLength(1);

    await rm(join(ctx.paths.datasets, first.id), { recursive: true });
    const again = await ensureRepositoryDataset(own);
    expect(again).toMatchObject({ name: "this-repository", stats: { documents: 2 } });
    expect(again.id).not.toBe(first.id);
    expect(await getDataset(ctx, { datasetId: "this-repository" })).toMatchObject({ id: again.id });
  });

  it("are deleted for good with their files, one version at a time, and not while a run needs them", async () => {
    const source = await folder("gone", { "a.ts": "let a;" });
    const first = await createDatasetByJob(ctx, { name: "gone", source });
    await folder("gone", { "b.ts": "let b;" });
    const second = await createDatasetByJob(ctx, { name: "gone", source });
    const runId = await addRun(ctx.db, { datasetId: second.id, name: "needs it" });
    const error = await failure(deleteDataset(ctx, { datasetId: "gone" }));
    expect([error.code, error.message]).toEqual([
      "conflict",
      expect.stringMatching(/gone@2 .*the run needs it; stop it/),
    ]);
    await stopRun(ctx, { runId });
    expect(await deleteDataset(ctx, { datasetId: "gone" })).toMatchObject({ id: second.id, version: 2 });
    expect(await datasetFolders()).not.toContain(second.id);
    expect(await getDataset(ctx, { datasetId: "gone" })).toEqual(first);
    expect((await getRun(ctx, { runId })).status).toBe("stopped");
    // The number of a version that is gone is free again; nothing else has it.
    expect(await createDatasetByJob(ctx, { name: "gone", source })).toMatchObject({ version: 2 });
    for (const datasetId of [second.id, "none"])
      expect((await failure(deleteDataset(ctx, { datasetId }))).code).toBe("not_found");
    expect((await failure(deleteDataset(ctx, { datasetId: "this-repository" }))).code).toBe("conflict");
  });

  it("plan a run on this repository's own source before anyone has asked for it", async () => {
    const small = await folder("unasked", { "a.ts": "export const answer = 42;\n".repeat(200) });
    const fresh = await openTestContext(kind);
    try {
      await addTinyModel(fresh.paths.home);
      const own = { ...fresh, paths: { ...fresh.paths, repository: small.path } };
      const settings = {
        datasetId: "this-repository",
        modelId: TINY_MODEL_ID,
        maxSeqLength: 64,
        evalSplit: 0,
        seed: 1,
        initAdapter: "",
      };
      expect((await getPlanFacts(own, settings)).trainBlocks).toBeGreaterThan(1);
      expect((await listDatasets(own)).map(({ name }) => name)).toEqual(["this-repository"]);
    } finally {
      await fresh.close();
    }
  });

  it("show the tokens of the blocks that a run trains on, and how long documents are", async () => {
    const datasetId = await addTinyDataset(ctx, "shown");
    const request = {
      datasetId,
      modelId: TINY_MODEL_ID,
      maxSeqLength: 128,
      evalSplit: 0.2,
      seed: 1,
      split: "train",
      index: 0,
    } as const;
    const block = await getMaskBlock(ctx, request);
    expect(block.tokens).toHaveLength(128);
    expect(block.blocks).toBeGreaterThan(10);
    expect(block.trainableTokens).toBeGreaterThan(100);
    expect(await getMaskBlock(ctx, { ...request, datasetId: "shown" })).toEqual(block);
    expect((await failure(getMaskBlock(ctx, { ...request, index: 10_000 }))).code).toBe("not_found");
    expect((await failure(getMaskBlock(ctx, { ...request, modelId: "none" }))).code).toBe("not_found");
    const histogram = await getLengthHistogram(ctx, { datasetId, modelId: TINY_MODEL_ID });
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  });

  it("keep uploads under names of their own", async () => {
    async function* body() {
      yield Buffer.from('{"text":"a"}\n{"te');
      yield Buffer.from('xt":"b"}\n');
    }
    for (const name of ["rows.jsonl", "../../../etc/rows.JSONL", "a/b\\c\0 .ndjson", ".jsonl", "名前.json"]) {
      const { path } = await saveUpload(ctx, { name, body: body() });
      expect(dirname(path)).toBe(ctx.paths.uploads);
      expect(await readFile(path, "utf8")).toBe('{"text":"a"}\n{"text":"b"}\n');
    }
    const { path } = await saveUpload(ctx, { name: "web.jsonl", body: new Blob(['{"text":"c"}']).stream() });
    const { stats, source } = await createDatasetByJob(ctx, { name: "uploaded", source: { kind: "jsonl", path } });
    expect(stats.documents).toBe(1);
    // The place where it waited is of no interest, and gone.
    expect(source).toEqual({ kind: "jsonl", path: "web.jsonl" });
    const bad = await saveUpload(ctx, { name: "bad.jsonl", body: new Blob(['{"txt":"c"}']).stream() });
    const { message } = await failure(
      createDatasetByJob(ctx, { name: "x", source: { kind: "jsonl", path: bad.path } }),
    );
    expect(message).toMatch(/^bad\.jsonl has no line to learn from/);
  });

  it("keep no upload once a dataset was made of it, and sweep what was left for a day", async () => {
    const upload = async (text: string) =>
      (await saveUpload(ctx, { name: "rows.jsonl", body: new Blob([text]).stream() })).path;
    const left = async () => (await readdir(ctx.paths.uploads)).filter((name) => name.includes("rows"));
    for (const name of await left()) await rm(join(ctx.paths.uploads, name));
    const source = { kind: "jsonl", path: await upload('{"text":"first"}\n') } as const;
    await createDatasetByJob(ctx, { name: "swept", source });
    expect(await left()).toEqual([]);
    // One that nothing could be made of is kept for another try, and swept like all that is forgotten.
    const bad = { kind: "jsonl", path: await upload("nonsense\n") } as const;
    await failure(createDatasetByJob(ctx, { name: "swept 2", source: bad }));
    expect(await left()).toEqual([basename(bad.path)]);
    await rm(bad.path);
    // A file of one's own is never touched, wherever it lies.
    const own = join(ctx.paths.home, "own-rows.jsonl");
    await writeFile(own, '{"text":"own"}\n');
    await createDatasetByJob(ctx, { name: "own", source: { kind: "jsonl", path: own } });
    expect((await stat(own)).isFile()).toBe(true);

    const fresh = `${"0".repeat(16)}-rows.jsonl.part`;
    const old = `${"1".repeat(16)}-rows.jsonl.part`;
    for (const name of [fresh, old, "my-rows.txt"]) await writeFile(join(ctx.paths.uploads, name), "x");
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const name of [old, "my-rows.txt"]) await utimes(join(ctx.paths.uploads, name), yesterday, yesterday);
    const path = await upload("{}\n");
    expect(await left()).toEqual([fresh, basename(path), "my-rows.txt"].sort());
    for (const name of await left()) await rm(join(ctx.paths.uploads, name));
  });

  it("leave nothing of an upload that is refused or breaks off", async () => {
    await mkdir(ctx.paths.uploads, { recursive: true });
    const before = await readdir(ctx.paths.uploads);
    async function* broken() {
      yield Buffer.from("x");
      throw new Error("connection lost");
    }
    async function* endless() {
      const chunk = Buffer.alloc(50_000_000);
      for (;;) yield chunk;
    }
    expect((await failure(saveUpload(ctx, { name: "model.bin", body: endless() }))).code).toBe("invalid_input");
    expect((await failure(saveUpload(ctx, { name: "a.jsonl", body: endless() }))).code).toBe("limit_exceeded");
    expect((await failure(saveUpload(ctx, { name: "a.jsonl", body: new Blob([]).stream() }))).code).toBe(
      "invalid_input",
    );
    await expect(saveUpload(ctx, { name: "a.jsonl", body: broken() })).rejects.toThrow("connection lost");
    expect(await readdir(ctx.paths.uploads)).toEqual(before);
    expect((await stat(ctx.paths.uploads)).isDirectory()).toBe(true);
  });

  it("take uploads in parts, go on where one broke off, and finish only what is whole", async () => {
    const text = `${JSON.stringify({ text: "part by part" })}\n`.repeat(40);
    const bytes = Buffer.byteLength(text);
    const begun = await beginUpload(ctx, { name: "../parts.jsonl", bytes });
    const part = (offset: number, end: number) =>
      appendUpload(ctx, {
        id: begun.id,
        offset,
        bytes,
        body: Readable.from([Buffer.from(text).subarray(offset, end)]),
      });
    expect(await part(0, 500)).toEqual({ id: begun.id, offset: 500, path: null });
    async function* broken() {
      yield Buffer.from(text).subarray(500, 600);
      throw new Error("connection lost");
    }
    await expect(appendUpload(ctx, { id: begun.id, offset: 500, bytes, body: broken() })).rejects.toThrow(
      "connection lost",
    );
    expect(await getUpload(ctx, begun.id)).toEqual({ id: begun.id, offset: 600, path: null });
    expect((await failure(part(500, 700))).code).toBe("conflict");
    const longer = Readable.from([Buffer.alloc(bytes)]);
    expect((await failure(appendUpload(ctx, { id: begun.id, offset: 600, bytes, body: longer }))).code).toBe(
      "limit_exceeded",
    );
    const { path } = await part(600, bytes);
    expect(await readFile(path as string, "utf8")).toBe(text);
    expect(await getUpload(ctx, begun.id)).toEqual({ id: begun.id, offset: bytes, path });
    for (const id of ["../../etc/passwd", `${begun.id}.part`, `${"0".repeat(16)}-gone.jsonl`])
      expect((await failure(getUpload(ctx, id))).code).toBe("not_found");
    expect((await failure(beginUpload(ctx, { name: "a.exe", bytes }))).code).toBe("invalid_input");
    expect((await failure(beginUpload(ctx, { name: "a.csv", bytes: 9e9 }))).code).toBe("limit_exceeded");
    const view = await inspectFile(ctx, { path: path as string });
    expect(view).toMatchObject({
      name: "parts.jsonl",
      kind: "jsonl",
      looked: 40,
      guess: { kind: "text", text: "text" },
    });
    const { id } = await createJob(ctx, {
      spec: {
        kind: "dataset-import",
        name: "parts",
        source: { kind: "file", path, format: "jsonl", columns: view.guess },
      },
    });
    const { result } = await runJob(ctx, id);
    const imported = await getDataset(ctx, { datasetId: result?.id ?? "" });
    expect([imported.stats.documents, imported.source]).toEqual([
      1,
      expect.objectContaining({ kind: "file", path: "parts.jsonl" }),
    ]);
    // What is made of it knows where it comes from.
    const derived = await createJob(ctx, {
      spec: { kind: "dataset-derive", name: "drawn", operation: { kind: "sample", dataset: "parts", documents: 1 } },
    });
    const made = await getDataset(ctx, { datasetId: (await runJob(ctx, derived.id)).result?.id ?? "" });
    expect(made.source).toMatchObject({
      kind: "derived",
      parents: [{ datasetId: imported.id, contentHash: imported.contentHash }],
    });
  });
});
