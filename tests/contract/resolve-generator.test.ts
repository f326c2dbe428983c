import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveGenerator } from "@/lib/services/generation/resolve-generator";
import { createRun } from "@/lib/services/runs/create-run";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, TINY_MODEL_ID, tinyRunConfig } from "../helpers/tiny-studio";

describe.each(TEST_DATABASES)("what text is generated with, on %s", (kind) => {
  let ctx: TestContext;
  let modelDir: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    await addTinyModel(ctx.paths.home);
    await addTinyDataset(ctx);
    modelDir = join(ctx.paths.models, TINY_MODEL_ID);
  });
  afterAll(() => ctx.close());

  it("is a model by its id, alone or with an adapter inside the allowed folders", async () => {
    const alone = { modelId: TINY_MODEL_ID, adapterPath: null };
    expect(await resolveGenerator(ctx, alone)).toEqual({ modelDir, adapterDir: null });
    const adapterPath = join(ctx.paths.home, "some-adapter");
    await mkdir(adapterPath);
    const both = await resolveGenerator(ctx, { ...alone, adapterPath });
    expect(both).toEqual({ modelDir, adapterDir: await realpath(adapterPath) });

    const outside = await mkdtemp(join(tmpdir(), "codetune-outside-"));
    try {
      // What exists out there is not told.
      for (const adapterPath of [outside, join(outside, "nothing")])
        await expect(resolveGenerator(ctx, { ...alone, adapterPath })).rejects.toMatchObject({ code: "forbidden" });
    } finally {
      await rm(outside, { recursive: true });
    }
    const missing = join(ctx.paths.home, "missing");
    await expect(resolveGenerator(ctx, { ...alone, adapterPath: missing })).rejects.toThrow(
      `There is no adapter folder ${missing}.`,
    );
    await expect(resolveGenerator(ctx, { modelId: "no/model", adapterPath: null })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is what a run has made: nothing yet, an adapter on its model, or a whole model", async () => {
    const { id: runId } = await createRun(ctx, { config: tinyRunConfig(), name: "mine" });
    await expect(resolveGenerator(ctx, { runId })).rejects.toThrow(
      "The run mine has no result yet; wait until it is completed, or resume it.",
    );
    const folder = join(ctx.paths.runs, runId);
    await mkdir(join(folder, "adapter"), { recursive: true });
    expect(await resolveGenerator(ctx, { runId })).toEqual({ modelDir, adapterDir: join(folder, "adapter") });
    await mkdir(join(folder, "model"));
    expect(await resolveGenerator(ctx, { runId })).toEqual({ modelDir: join(folder, "model"), adapterDir: null });
    await expect(resolveGenerator(ctx, { runId: "unknown" })).rejects.toThrow("There is no run unknown.");
  });
});
