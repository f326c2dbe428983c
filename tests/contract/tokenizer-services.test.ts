import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { createJob } from "@/lib/services/jobs/create-job";
import { compareTokenizers } from "@/lib/services/tokenizers/compare-tokenizers";
import { listTokenizers } from "@/lib/services/tokenizers/list-tokenizers";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { runJob } from "../helpers/run-job";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";

describe.each(TEST_DATABASES)("tokenizers on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    await addTinyModel(ctx.paths.home);
    datasetId = await addTinyDataset(ctx);
  });
  afterAll(() => ctx.close());

  const spec = (name: string, change: object = {}) => ({
    kind: "tokenizer-train",
    name,
    datasets: ["tiny-data"],
    vocabulary_size: 300,
    ...change,
  });
  const failure = async (work: Promise<unknown>): Promise<AppError> => {
    const error = await work.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  };

  it("are trained by a job, listed with what they were made of, and compared with a model's", async () => {
    const { id } = await createJob(ctx, { spec: spec("mine") });
    expect(await runJob(ctx, id)).toMatchObject({
      status: "completed",
      error: null,
      result: { kind: "tokenizer", id: "mine" },
    });
    const [mine] = await listTokenizers(ctx);
    expect(mine).toMatchObject({ name: "mine", model: "bpe", vocabularySize: 300, documents: 40 });
    expect(mine?.parents.map((parent) => parent.datasetId)).toEqual([datasetId]);
    const config = JSON.parse(await readFile(join(ctx.paths.tokenizers, "mine", "tokenizer_config.json"), "utf8"));
    expect(config).toMatchObject({ eos_token: "<|endoftext|>", unk_token: null });

    const names = ["mine", TINY_MODEL_ID];
    const compared = await compareTokenizers(ctx, { dataset: "tiny-data", tokenizers: names });
    expect(compared.sample).toMatchObject({ documents: 40, isAll: true });
    expect(compared.tokenizers.map(({ name }) => name)).toEqual(names);
    for (const { tokens, bytesPerToken, languages } of compared.tokenizers) {
      expect(tokens * bytesPerToken).toBeCloseTo(compared.sample.bytes, 3);
      expect(languages.reduce((sum, one) => sum + one.tokens, 0)).toBe(tokens);
    }
    // All bytes are tokens of both.
    expect(compared.overlaps[0]?.shared).toBeGreaterThan(100);
  });

  it("keep their name to themselves: a second one is refused, when asked for and when it comes to it", async () => {
    const late = await createJob(ctx, { spec: spec("late") });
    const first = await createJob(ctx, { spec: spec("late") });
    expect((await runJob(ctx, first.id)).status).toBe("completed");
    const before = await readFile(join(ctx.paths.tokenizers, "late", "tokenizer.json"));
    expect(await runJob(ctx, late.id)).toMatchObject({ status: "failed", error: expect.stringContaining("already") });
    expect(await readFile(join(ctx.paths.tokenizers, "late", "tokenizer.json"))).toEqual(before);
    const error = await failure(createJob(ctx, { spec: spec("Late") }));
    expect(error).toMatchObject({ code: "conflict", fieldErrors: { name: ["is taken"] } });
  });

  it("say under each field what is wrong", async () => {
    const fieldsOf = async (change: object) =>
      Object.keys((await failure(createJob(ctx, { spec: spec("x", change) }))).fieldErrors ?? {});
    expect(await fieldsOf({ datasets: ["nowhere"] })).toEqual(["datasets"]);
    expect(await fieldsOf({ vocabulary_size: 256 })).toEqual(["vocabulary_size"]);
    expect(await fieldsOf({ special_tokens: ["<a>", "<a>"] })).toEqual(["special_tokens"]);
    expect(await fieldsOf({ name: "a/b" })).toEqual(["name"]);
  });

  it("leave nothing behind when a dataset's files are damaged", async () => {
    const broken = await addTinyDataset(ctx, "broken-data");
    const { id } = await createJob(ctx, { spec: spec("broken", { datasets: [broken] }) });
    await writeFile(join(ctx.paths.datasets, broken, "documents.jsonl"), "{}\n");
    const job = await runJob(ctx, id);
    expect(job).toMatchObject({ status: "failed", result: null });
    expect(await readdir(ctx.paths.tokenizers)).not.toContain("broken");
  });

  it("that are not there are named, beside those that are", async () => {
    const asked = { dataset: "tiny-data", tokenizers: ["nowhere"] };
    expect((await failure(compareTokenizers(ctx, asked))).message).toMatch(/no model nowhere .*made here: .*mine/);
    expect((await failure(compareTokenizers(ctx, { ...asked, tokenizers: [] }))).code).toBe("invalid_input");
  });
});
