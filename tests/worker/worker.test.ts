import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interruptExpiredRuns } from "@/lib/db/repositories/run-leases";
import type { ServiceContext } from "@/lib/services/context";
import { getRun } from "@/lib/services/runs/get-run";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { getHealth } from "@/lib/services/system/get-health";
import { findTrainers } from "@/workers/supervisor/end-old-trainers";
import { runWorker, type WorkerOptions } from "@/workers/supervisor/run-worker";
import { forbidStep } from "../helpers/forbid-step";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset } from "../helpers/run-fixtures";
import { everyEvent, recordedSteps, stepsUpTo, untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { waitFor } from "../helpers/wait-for";
import { queueScriptedRun } from "./fixtures/queue-scripted-run";
import { scriptedParts } from "./fixtures/scripted-parts";

describe.each(TEST_DATABASES)("a worker on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  let shutdown: AbortController;
  let worker: Promise<void>;

  beforeEach(async () => {
    ctx = await openTestContext(kind);
    datasetId = await addDataset(ctx.db);
    shutdown = new AbortController();
    worker = Promise.resolve();
  });
  afterEach(async () => {
    shutdown.abort();
    await worker;
    await ctx.close();
  });

  const start = (options: Partial<WorkerOptions> = {}) => {
    worker = runWorker(ctx, { ...scriptedParts, ...options, shutdown: shutdown.signal });
  };
  const queue = (script?: Record<string, unknown>) => queueScriptedRun(ctx, datasetId, script);
  const ended = (runId: string) =>
    untilRun(ctx, runId, ({ status }) => ["completed", "failed", "stopped", "interrupted"].includes(status));

  it("trains the queue in order, one at a time, and records every frame", async () => {
    const first = await queue();
    const second = await queue({ steps: 5 });
    expect((await getRun(ctx, { runId: second })).queuePosition).toBe(1);
    start();
    const run = await ended(first);
    expect(run).toMatchObject({
      status: "completed",
      step: 20,
      totalSteps: 20,
      device: "cpu",
      trainLoss: 2.8,
      evalLossBefore: 4,
      evalLossAfter: 2,
      trainableParameters: 1,
      totalParameters: 10,
      exitCause: null,
      adapterPath: join(ctx.paths.runs, first, "adapter"),
    });
    expect(await recordedSteps(ctx, first)).toEqual(stepsUpTo(20));
    const recorded = await everyEvent(ctx, first);
    expect(recorded.map(({ seq }) => seq)).toEqual(recorded.map((_, index) => index + 1));
    const statuses = recorded.filter((event) => event.kind === "status").map(({ payload }) => payload["status"]);
    expect(statuses).toEqual(["queued", "preparing", "running", "completed"]);
    expect(recorded.filter(({ kind: frame }) => frame === "checkpoint")).toHaveLength(4);
    expect(await readFile(join(ctx.paths.runs, first, "log.txt"), "utf8")).toContain("scripted trainer");

    const { startedAt } = await ended(second);
    expect(new Date(startedAt ?? 0) >= new Date(run.endedAt ?? Number.NaN)).toBe(true);
    expect((await getHealth(ctx)).status).toBe("ok");
  });

  it("stops a running run after a checkpoint, and a resumed one goes on from there without doubling a step", async () => {
    const runId = await queue({ steps: 40 });
    start();
    await untilRun(ctx, runId, ({ step }) => step >= 7);
    expect((await stopRun(ctx, { runId })).status).toBe("stopping");
    const stopped = await ended(runId);
    expect(stopped).toMatchObject({ status: "stopped", exitCause: "cancelled", adapterPath: null });
    expect(stopped.step).toBeLessThan(40);
    await expect(stopRun(ctx, { runId })).resolves.toMatchObject({ status: "stopped" });
    expect((await resumeRun(ctx, { runId })).status).toMatch(/queued|preparing|running/);
    expect(await ended(runId)).toMatchObject({ status: "completed", step: 40, exitCause: null, exitMessage: null });
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(40));
    const hellos = (await everyEvent(ctx, runId)).filter((event) => event.kind === "hello");
    expect(hellos.map(({ payload }) => payload["startStep"])).toEqual([0, stopped.step]);
    await expect(resumeRun(ctx, { runId })).rejects.toMatchObject({ code: "conflict" });
  });

  it("keeps of a run that ended early why it did, and which step its adapter is of", async () => {
    const endReason = "Ended early after step 6 of 20: the last evaluation did not lower the held-out loss.";
    const runId = await queue({ steps: 6, done: { adapterStep: 4, endReason, evalLossAfter: 1.5 } });
    const plain = await queue({ steps: 3 });
    start();
    expect(await ended(runId)).toMatchObject({
      status: "completed",
      step: 6,
      adapterStep: 4,
      evalLossAfter: 1.5,
      exitCause: null,
      exitMessage: endReason,
    });
    expect(await ended(plain)).toMatchObject({ status: "completed", adapterStep: null, exitMessage: null });
  });

  it("stops a queued run at once", async () => {
    const runId = await queue();
    expect(await stopRun(ctx, { runId })).toMatchObject({ status: "stopped" });
    start();
    const other = await queue({ steps: 3 });
    await ended(other);
    expect((await getRun(ctx, { runId })).status).toBe("stopped");
  });

  it("kills a trainer that does not stop", async () => {
    const runId = await queue({ steps: 100_000, ignoreStop: true });
    start({ stopPatience: { stopMs: 100, termMs: 100 } });
    await untilRun(ctx, runId, ({ step }) => step >= 2);
    await stopRun(ctx, { runId });
    expect(await ended(runId)).toMatchObject({ status: "stopped", exitCause: "cancelled" });
    expect(await findTrainers(join(ctx.paths.runs, runId, "spec.json"))).toEqual([]);
  });

  it("says how a trainer died: killed, crashed, by its own word, or out of the protocol", async () => {
    const error = JSON.stringify({ kind: "error", cause: "diverged", message: "The loss became NaN.", step: 3 });
    const cases = [
      [{ dieAt: 3, signal: "SIGKILL" }, "out_of_memory", "SIGKILL"],
      [{ dieAt: 3, exitCode: 7 }, "internal", "exit code 7"],
      [{ dieAt: 3, say: error, exitCode: 1 }, "diverged", "The loss became NaN."],
      [{ dieAt: 3, say: "{ not json" }, "internal", "protocol"],
      [{ dieAt: 3, say: '{"kind":"metric","step":"4"}' }, "internal", "protocol"],
      [{ steps: 4, noAdapter: true }, "internal", "result can't be used"],
    ] as const;
    start();
    for (const [script, exitCause, message] of cases) {
      const runId = await queue(script);
      const run = await ended(runId);
      expect(run).toMatchObject({ status: "failed", exitCause, adapterPath: null });
      expect(run.exitMessage).toContain(message);
      // What was committed before stays.
      expect((await recordedSteps(ctx, runId)).slice(0, 4)).toEqual([0, 1, 2, 3]);
    }
  });

  it("marks its run interrupted when it is shut down, and another worker resumes it", async () => {
    const runId = await queue({ steps: 60 });
    start();
    await untilRun(ctx, runId, ({ step }) => step >= 6);
    shutdown.abort();
    await worker;
    const run = await getRun(ctx, { runId });
    expect(run).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect((await getHealth(ctx)).workerHeartbeatAgeMs).toBeNull();
    await resumeRun(ctx, { runId });
    shutdown = new AbortController();
    start();
    expect((await ended(runId)).status).toBe("completed");
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(60));
  });

  it("stops its trainer, after a checkpoint, when the run is taken from it, and writes nothing more", async () => {
    const runId = await queue({ steps: 100_000, checkpointEvery: 1_000_000 });
    start();
    await untilRun(ctx, runId, ({ step }) => step >= 3);
    // As another worker's sweep would, had this one been asleep for longer than its lease.
    const later = new Date(Date.now() + 60_000);
    await ctx.db.transaction((tx) => interruptExpiredRuns(tx, later, { only: runId }));
    const before = (await everyEvent(ctx, runId)).length;
    await waitFor("the end of the trainer", async () => {
      return (await findTrainers(join(ctx.paths.runs, runId, "spec.json"))).length === 0;
    });
    expect(await getRun(ctx, { runId })).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(await everyEvent(ctx, runId)).toHaveLength(before);
    const checkpoint = JSON.parse(await readFile(join(ctx.paths.runs, runId, "checkpoint.json"), "utf8"));
    expect(checkpoint.step).toBeGreaterThanOrEqual(3);
  });

  it("prepares a run although the database is away for a moment", async () => {
    const runId = await queue({ steps: 3 });
    const { db } = ctx;
    let refusals = 0;
    const away: ServiceContext = {
      ...ctx,
      db: {
        ...db,
        transaction: async (work) => {
          if (refusals > 0) {
            refusals--;
            throw new Error("connection refused");
          }
          const result = await db.transaction(work);
          // The claim: what comes next is preparation.
          if ((result as { status?: string } | null)?.status === "preparing") refusals = 2;
          return result;
        },
      },
    };
    worker = runWorker(away, { ...scriptedParts, shutdown: shutdown.signal });
    expect(await ended(runId)).toMatchObject({ status: "completed", step: 3 });
    expect(refusals).toBe(0);
  });

  it("goes on training while the database is away, and then records all that happened meanwhile", async () => {
    const runId = await queue({ steps: 60 });
    const { db } = ctx;
    let isAway = false;
    const away: ServiceContext = {
      ...ctx,
      db: {
        ...db,
        transaction: (work) => (isAway ? Promise.reject(new Error("connection refused")) : db.transaction(work)),
      },
    };
    worker = runWorker(away, { ...scriptedParts, shutdown: shutdown.signal });
    await untilRun(ctx, runId, ({ step }) => step >= 5);
    isAway = true;
    const before = await everyEvent(ctx, runId);
    await waitFor("the end of the trainer", async () => {
      return (await findTrainers(join(ctx.paths.runs, runId, "spec.json"))).length === 0;
    });
    expect((await everyEvent(ctx, runId)).length - before.length).toBeLessThanOrEqual(1);
    isAway = false;
    expect(await ended(runId)).toMatchObject({ status: "completed", step: 60 });
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(60));
  });

  it("records what a model says whatever its characters, alike on both databases", async () => {
    const text = "a\0b \ud83d half a pair";
    const sample = { kind: "sample", step: 3, name: `line ${text}`, prompt: text, completion: text };
    const error = { kind: "error", cause: "data_error", message: `It broke at ${text}.`, step: 5 };
    const runId = await queue({ steps: 10, frame: sample, dieAt: 5, say: JSON.stringify(error), exitCode: 1 });
    start();
    const stored = "a\ufffdb \ufffd half a pair";
    expect(await ended(runId)).toMatchObject({ status: "failed", exitMessage: `It broke at ${stored}.` });
    const said = (await everyEvent(ctx, runId)).find((event) => event.kind === "sample");
    expect(said?.payload).toEqual({ step: 3, name: `line ${stored}`, prompt: stored, completion: stored });
    expect(await recordedSteps(ctx, runId)).toEqual(stepsUpTo(5));
  });

  it("fails a run whose record the database refuses, with a sentence, takes the next one, and passes over it when resumed", async () => {
    const allow = await forbidStep(kind, ctx.databaseUrl, 7);
    const refused = await queue({ steps: 20, checkpointEvery: 5 });
    const next = await queue({ steps: 3 });
    start();
    expect(await ended(refused)).toMatchObject({
      status: "failed",
      exitCause: "internal",
      exitMessage: expect.stringMatching(
        /^The database refused a metric frame \(.+\) of the trainer after step 6, .*\.$/,
      ),
    });
    expect(await recordedSteps(ctx, refused)).toEqual(stepsUpTo(6));
    expect(await ended(next)).toMatchObject({ status: "completed" });

    await resumeRun(ctx, { runId: refused });
    expect(await ended(refused)).toMatchObject({ status: "completed", step: 20 });
    // The trainer had gone on to a checkpoint after step 7, so nobody reports that step again.
    expect(await recordedSteps(ctx, refused)).toEqual(stepsUpTo(20).filter((step) => step !== 7));
    await allow();
  });

  it("fails a run that can't be prepared, with the reason, and goes on with the next", async () => {
    const bad = await queue();
    const good = await queue({ steps: 3 });
    const { prepareRun } = await import("@/workers/supervisor/prepare-run");
    start({
      prepareRun: (...args) => (args[1].run.id === bad ? prepareRun(...args) : scriptedParts.prepareRun!(...args)),
    });
    expect(await ended(bad)).toMatchObject({ status: "failed", exitCause: "data_error" });
    expect((await getRun(ctx, { runId: bad })).exitMessage).toContain("codetune/test");
    expect((await ended(good)).status).toBe("completed");
  });
});
