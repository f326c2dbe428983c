import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "@/lib/errors";
import { getModel } from "@/lib/services/models/get-model";
import { listModels } from "@/lib/services/models/list-models";
import { createRun } from "@/lib/services/runs/create-run";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import { listRuns } from "@/lib/services/runs/list-runs";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { getHealth } from "@/lib/services/system/get-health";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, TINY_MODEL_ID, tinyRunConfig } from "../helpers/tiny-studio";

describe.each(TEST_DATABASES)("services on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    await addTinyModel(ctx.paths.home);
    datasetId = await addTinyDataset(ctx);
  });
  afterAll(() => ctx.close());

  const refusal = async (config: unknown, name?: string) => {
    const before = (await listRuns(ctx)).length;
    const error = await createRun(ctx, { config, name }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_input" });
    // Nothing half-written.
    expect(await listRuns(ctx)).toHaveLength(before);
    return (error as AppError).fieldErrors ?? {};
  };

  it("make a queued run of settings, with defaults filled in", async () => {
    const run = await createRun(ctx, { config: tinyRunConfig() });
    expect(run).toMatchObject({
      status: "queued",
      name: "tiny on tiny-data",
      datasetName: "tiny-data",
      queuePosition: 0,
      step: 0,
      totalSteps: null,
      exitCause: null,
      config: { ...tinyRunConfig(), scheduler: "linear", weight_decay: 0 },
    });
    expect(await getRun(ctx, { runId: run.id })).toEqual(run);
    expect((await listRuns(ctx))[0]).toEqual({ ...run, sparkline: [] });
    expect(await listMetrics(ctx, { runId: run.id })).toEqual([]);
    expect(await listRunEvents(ctx, { runId: run.id, afterSeq: 0, limit: 10 })).toMatchObject([
      { seq: 1, kind: "status", payload: { status: "queued" } },
    ]);
    const next = await createRun(ctx, { config: tinyRunConfig({ dataset_name: datasetId }), name: "  second  " });
    expect(next).toMatchObject({ name: "second", datasetName: "tiny-data", queuePosition: 1 });
  });

  it("name every problem of the settings at once, each under its field", async () => {
    const errors = await refusal({
      ...tinyRunConfig(),
      batch_size: 0,
      learning_rate: Number.NaN,
      epochs: true,
      max_seq_length: Number.POSITIVE_INFINITY,
      warmup: 3,
    });
    expect(Object.keys(errors).sort()).toEqual(["batch_size", "epochs", "learning_rate", "max_seq_length", "warmup"]);
    expect(errors["warmup"]).toEqual(["is not a known setting"]);
    expect(Object.keys(await refusal({ ...tinyRunConfig(), epochs: 0 }, "x".repeat(201))).sort()).toEqual([
      "epochs",
      "name",
    ]);
    for (const config of [null, "text", 3, []]) await refusal(config);
  });

  it("check settings against model and data: context, modules, dataset, model, and warm-up by the real number of steps", async () => {
    expect(await refusal(tinyRunConfig({ max_seq_length: 512, target_modules: ["q_proj", "w_pack"] }))).toMatchObject({
      max_seq_length: ["must be at most 256, the model's context"],
      target_modules: [expect.stringContaining("w_pack")],
    });
    const unknown = await refusal(tinyRunConfig({ model_type: "no/model", dataset_name: "no-data" }));
    expect(unknown["model_type"]?.[0]).toContain(TINY_MODEL_ID);
    expect(unknown["dataset_name"]?.[0]).toContain("no-data");
    const [problem] = (await refusal(tinyRunConfig({ warmup_steps: 1000, max_steps: 0 })))["warmup_steps"] ?? [];
    const steps = Number(/run's (\d+) steps/.exec(problem ?? "")?.[1]);
    expect(steps).toBeGreaterThan(1);
    await refusal(tinyRunConfig({ warmup_steps: steps, max_steps: 0 }));
    const atLimit = await createRun(ctx, { config: tinyRunConfig({ warmup_steps: steps - 1, max_steps: 0 }) });
    expect(atLimit.status).toBe("queued");
    expect(await refusal(tinyRunConfig({ warmup_steps: 5, max_steps: 5 }))).toHaveProperty("warmup_steps");
    expect(await refusal(tinyRunConfig(), "x".repeat(201))).toHaveProperty("name");
    // The tokenizer is the model's, not the data's.
    await cp(join(ctx.paths.models, TINY_MODEL_ID), join(ctx.paths.models, "torn"), { recursive: true });
    await writeFile(join(ctx.paths.models, "torn", "tokenizer.json"), "{");
    expect(await refusal(tinyRunConfig({ model_type: "torn" }))).toEqual({
      model_type: [expect.stringContaining("torn/tokenizer.json is not valid JSON")],
    });
  });

  it("tell unknown runs and impossible wishes apart", async () => {
    for (const wish of [getRun, stopRun, resumeRun]) {
      await expect(wish(ctx, { runId: "run_none" })).rejects.toMatchObject({ code: "not_found" });
    }
    const { id: runId } = await createRun(ctx, { config: tinyRunConfig() });
    await expect(resumeRun(ctx, { runId })).rejects.toMatchObject({ code: "conflict" });
    expect(await stopRun(ctx, { runId })).toMatchObject({ status: "stopped", exitCause: "cancelled" });
    const resumed = await resumeRun(ctx, { runId });
    expect(resumed).toMatchObject({ status: "queued", exitCause: null, exitMessage: null, endedAt: null });
    // At the end of the queue.
    expect(resumed.queuePosition).toBe((await listRuns(ctx)).filter(({ status }) => status === "queued").length - 1);
  });

  it("list what goes on before what has ended, where that is asked for", async () => {
    const { id } = await createRun(ctx, { config: tinyRunConfig() });
    await stopRun(ctx, { runId: id });
    const newest = await listRuns(ctx);
    expect(newest[0]?.id).toBe(id);
    const [queued, ended] = [true, false].map((isQueued) =>
      newest.filter(({ status }) => (status === "queued") === isQueued).map((run) => run.id),
    ) as [string[], string[]];
    expect(queued.length).toBeGreaterThan(1);
    expect((await listRuns(ctx, { unfinishedFirst: true })).map((run) => run.id)).toEqual([...queued, ...ended]);
    expect((await listRuns(ctx, { unfinishedFirst: true, limit: 1 })).map((run) => run.id)).toEqual(queued.slice(0, 1));
  });

  it("list models that can be used and leave broken ones out; a wrong id is answered with the known ones", async () => {
    const broken = join(ctx.paths.models, "broken");
    await mkdir(broken, { recursive: true });
    await writeFile(join(broken, "config.json"), "{}");
    await writeFile(join(broken, "model.safetensors"), "nonsense");
    const models = await listModels(ctx);
    const tiny = models.find(({ id }) => id === TINY_MODEL_ID);
    expect(models.map(({ id }) => id)).not.toContain("broken");
    expect(tiny).toMatchObject({
      name: "tiny",
      architecture: "LlamaForCausalLM",
      contextLength: 256,
      vocabularySize: 4096,
      layers: 2,
      hiddenSize: 32,
      isBundled: false,
      linearModules: ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"],
    });
    expect(tiny?.parameters).toBeGreaterThan(4096 * 32);
    await expect(getModel(ctx, { modelId: "broken" })).rejects.toMatchObject({ code: "invalid_input" });
    const missing = getModel(ctx, { modelId: "no/model" });
    await expect(missing).rejects.toThrow(TINY_MODEL_ID);
    await rm(broken, { recursive: true });
  });

  it("neither offer a model that the engine refuses nor take it for a run, and say why", async () => {
    const other = join(ctx.paths.models, "other");
    await cp(join(ctx.paths.models, TINY_MODEL_ID), other, { recursive: true });
    expect((await listModels(ctx)).map(({ id }) => id)).toContain("other");
    const settings = JSON.parse(await readFile(join(other, "config.json"), "utf8"));
    for (const [change, message] of [
      [{ model_type: "mamba" }, /mamba.*supported: llama, mistral/],
      [{ hidden_act: "relu" }, /hidden_act: only the activation silu is supported/],
      [{ intermediate_size: 63 }, /gate_proj.* of shape \[64, 32\], its config.json calls for \[63, 32\]/],
    ] as const) {
      await writeFile(join(other, "config.json"), JSON.stringify({ ...settings, ...change }));
      expect((await listModels(ctx)).map(({ id }) => id)).not.toContain("other");
      const errors = await refusal(tinyRunConfig({ model_type: "other" }));
      expect(errors).toEqual({ model_type: [expect.stringMatching(message)] });
    }
    await rm(other, { recursive: true });
  });

  it("check what adapters are made of: modules trained whole, PiSSA's rank, and the adapter that a run goes on from", async () => {
    expect(await refusal(tinyRunConfig({ modules_to_save: ["classifier"] }))).toEqual({
      modules_to_save: [
        expect.stringMatching(/"classifier" match no module of this model; it has embed_tokens, norm,/),
      ],
    });
    expect(await refusal(tinyRunConfig({ init_lora_weights: "pissa", rank: 512 }))).toEqual({
      rank: [
        expect.stringMatching(/^is 512, but init_lora_weights pissa takes it from model\.layers\.0\..* has rank \d+/),
      ],
    });
    expect(await refusal(tinyRunConfig({ init_adapter: "/etc" }))).toEqual({
      init_adapter: [expect.stringContaining("outside the folders that may be read")],
    });
    const folder = join(ctx.paths.home, "some-adapter");
    expect(await refusal(tinyRunConfig({ init_adapter: folder }))).toEqual({
      init_adapter: [expect.stringContaining("There is no adapter folder")],
    });
    await mkdir(folder);
    expect(await refusal(tinyRunConfig({ init_adapter: folder }))).toEqual({
      init_adapter: [expect.stringContaining("has no adapter_config.json")],
    });
    const adapter = { peft_type: "LORA", r: 3, lora_alpha: 6, target_modules: ["w_pack"] };
    await writeFile(join(folder, "adapter_config.json"), JSON.stringify(adapter));
    expect(await refusal(tinyRunConfig({ init_adapter: folder }))).toEqual({
      init_adapter: [
        expect.stringMatching(/^does not fit this model: its target_modules "w_pack" match no linear layer/),
      ],
    });
    const write = (change: object) =>
      writeFile(
        join(folder, "adapter_config.json"),
        JSON.stringify({ ...adapter, target_modules: ["q_proj"], ...change }),
      );
    await write({ r: 1024 });
    expect(await refusal(tinyRunConfig({ init_adapter: folder }))).toEqual({
      init_adapter: ["has what a run can't have: rank must be at most 512"],
    });
    // What the run is shown with is what holds.
    await write({ use_dora: true, init_lora_weights: "pissa" });
    const { config } = await createRun(ctx, {
      config: tinyRunConfig({ init_adapter: folder, target_modules: ["w_pack"], lora_dropout: 0.1 }),
    });
    expect(config).toMatchObject({
      method: "dora",
      rank: 3,
      alpha: 6,
      target_modules: ["q_proj"],
      lora_dropout: 0.1,
      init_lora_weights: "default",
    });
    await rm(folder, { recursive: true });
  });

  it("read a model by its path only inside the allowed folders", async () => {
    const path = join(ctx.paths.models, TINY_MODEL_ID);
    expect(await getModel(ctx, { modelId: path })).toMatchObject({ path, parameters: expect.any(Number) });
    for (const modelId of ["/etc", `${path}/../../../../..`]) {
      await expect(getModel(ctx, { modelId })).rejects.toMatchObject({ code: "forbidden" });
    }
    await expect(getModel(ctx, { modelId: join(ctx.paths.home, "nowhere") })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("say that nothing trains while there is no worker", async () => {
    expect(await getHealth(ctx)).toMatchObject({
      status: "degraded",
      database: kind,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      workerHeartbeatAgeMs: null,
    });
  });
});
