import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childEntry } from "@/lib/config/child-entry";
import { planRun } from "@/lib/contracts/run-plan";
import { createRun } from "@/lib/services/runs/create-run";
import { getPlanFacts } from "@/lib/services/runs/get-plan-facts";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { findTrainers } from "@/workers/supervisor/end-old-trainers";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { everyEvent, stepsUpTo, untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, tinyRunConfig } from "../helpers/tiny-studio";
import { endProcess, LEASE_OVER_MS, startWorkerProcess } from "./fixtures/worker-processes";

const STEPS = 24;

describe.each(TEST_DATABASES)("the worker process with the real trainer on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  const workers: ChildProcess[] = [];

  beforeEach(async () => {
    ctx = await openTestContext(kind);
    await addTinyModel(ctx.paths.home);
    datasetId = await addTinyDataset(ctx);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await endProcess(worker, "SIGTERM");
    await ctx.close();
  });

  const startWorker = (): ChildProcess => {
    const worker = startWorkerProcess(ctx, childEntry("worker"));
    workers.push(worker);
    return worker;
  };
  const completed = async (runId: string) => {
    const run = await untilRun(ctx, runId, ({ status }) => ["completed", "failed", "interrupted"].includes(status));
    expect({ status: run.status, message: run.exitMessage }).toEqual({ status: "completed", message: null });
    return run;
  };
  const trainers = (runId: string) => findTrainers(join(ctx.paths.runs, runId, "spec.json"));
  const adapter = (runId: string) => readFile(join(ctx.paths.runs, runId, "adapter", "adapter_model.safetensors"));
  /** What must be the same however often a run was broken off. */
  const curve = async (runId: string) =>
    (await listMetrics(ctx, { runId })).map(({ step, trainLoss, evalLoss, gradNorm, learningRate, tokensSeen }) => [
      step,
      trainLoss,
      evalLoss,
      gradNorm,
      learningRate,
      tokensSeen,
    ]);

  it("ends in the same adapter and the same curve, whether never stopped, stopped, or killed anywhere", async () => {
    const config = tinyRunConfig({ max_steps: STEPS });
    const whole = (await createRun(ctx, { config })).id;
    let worker = startWorker();
    const run = await completed(whole);
    expect(run.evalLossAfter).toBeLessThan(run.evalLossBefore ?? 0);
    expect(run).toMatchObject({ step: STEPS, totalSteps: STEPS, device: "cpu" });
    expect(run.trainableParameters).toBeGreaterThan(0);
    const expected = await curve(whole);
    expect(expected.map(([step]) => step)).toEqual(stepsUpTo(STEPS));
    const samples = (await everyEvent(ctx, whole)).filter((event) => event.kind === "sample");
    expect(samples.length).toBeGreaterThan(0);

    // kill -9 of the trainer, then a stop, then kill -9 of the worker.
    const { id } = await createRun(ctx, { config, name: "broken off" });
    await untilRun(ctx, id, ({ step }) => step >= 5);
    process.kill((await trainers(id))[0] as number, "SIGKILL");
    await untilRun(ctx, id, ({ status }) => status === "failed");
    await resumeRun(ctx, { runId: id });
    await untilRun(ctx, id, ({ step, status }) => status === "running" && step >= 9);
    await stopRun(ctx, { runId: id });
    await untilRun(ctx, id, ({ status }) => status === "stopped");
    await resumeRun(ctx, { runId: id });
    await untilRun(ctx, id, ({ step, status }) => status === "running" && step >= 14);
    await endProcess(worker, "SIGKILL");
    ctx.setNow(new Date(Date.now() + LEASE_OVER_MS));
    expect((await getRun(ctx, { runId: id })).status).toBe("interrupted");
    await resumeRun(ctx, { runId: id });
    // A real worker's leases are by the real clock.
    ctx.setNow(null);
    worker = startWorker();
    await completed(id);

    expect((await adapter(id)).equals(await adapter(whole))).toBe(true);
    expect(await curve(id)).toEqual(expected);
    const seqs = (await everyEvent(ctx, id)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it("trains models of other architectures, with as many parameters as the form said", async () => {
    const gpt2 = { model_type: "gpt2", n_embd: 32, n_layer: 2, n_head: 4, n_positions: 256, vocab_size: 4096 };
    const sizes = { hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2, vocab_size: 4096, head_dim: 8 };
    const heads = { num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256 };
    const gemma3 = { model_type: "gemma3_text", ...sizes, ...heads, sliding_window: 20, sliding_window_pattern: 2 };
    const phi3 = { model_type: "phi3", ...sizes, ...heads, sliding_window: 20 };
    // Each database takes a part: it makes no difference here.
    const models: Record<string, object> =
      kind === "postgres" ? { "test/gpt2": gpt2 } : { "test/phi3": phi3, "test/gemma3": gemma3 };
    const runs: string[] = [];
    for (const [modelId, model] of Object.entries(models)) {
      await addTinyModel(ctx.paths.home, modelId, model);
      const config = tinyRunConfig({ model_type: modelId, max_steps: 4, warmup_steps: 1, checkpoint_interval: 0 });
      runs.push((await createRun(ctx, { config })).id);
    }
    startWorker();
    for (const [i, modelId] of Object.keys(models).entries()) {
      const { config, trainableParameters } = await completed(runs[i] as string);
      const { max_seq_length: maxSeqLength, eval_split: evalSplit, seed, init_adapter: initAdapter } = config;
      const input = { datasetId, modelId, maxSeqLength, evalSplit, seed, initAdapter };
      expect(trainableParameters).toBe(planRun(await getPlanFacts(ctx, input), config).trainableParameters);
      expect((await adapter(runs[i] as string)).length).toBeGreaterThan(4 * (trainableParameters ?? 0));
    }
  });
});
