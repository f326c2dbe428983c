/** @file The web server alone is killed while a run trains: training goes on, and neither the run nor its readers lose a step. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Frame } from "@/lib/contracts/trainer-protocol";
import type { RunEventView, RunView } from "@/lib/contracts/views";
import { createRun } from "@/lib/services/runs/create-run";
import { getRun } from "@/lib/services/runs/get-run";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { framesPathOf } from "@/workers/supervisor/frames-file";
import { readFrames } from "@/workers/supervisor/read-frames";
import { descendantsOf, untilGone } from "../cli/processes";
import { type Program, startProgram } from "../cli/start-program";
import { followRun } from "../helpers/event-source";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { everyEvent, recordedSteps, stepsUpTo, untilRun } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyDataset, addTinyModel, tinyRunConfig } from "../helpers/tiny-studio";
import { waitFor } from "../helpers/wait-for";

describe.each(TEST_DATABASES)("kill -9 of the web server alone on %s", (kind) => {
  let ctx: TestContext;
  let studio: Program;
  let url: string;
  let readers: AbortController;

  beforeEach(async () => {
    ctx = await openTestContext(kind);
    await addTinyModel(ctx.paths.home);
    await addTinyDataset(ctx);
    readers = new AbortController();
    studio = startProgram(["serve", "--port", "0"], { DATABASE_URL: ctx.databaseUrl, CODETUNE_HOME: ctx.paths.home });
    [, url = ""] = await studio.matched(/ready at (\S+)/);
  });
  afterEach(async () => {
    readers.abort();
    const all = [studio.pid, ...descendantsOf(studio.pid)];
    studio.child.kill("SIGKILL");
    await untilGone(all);
    await ctx.close();
  });

  /** The child that is none of those which train: when it is started again it is another process. */
  const killWebServer = async (training: number[]) => {
    const [web] = descendantsOf(studio.pid).filter((pid) => !training.includes(pid));
    process.kill(web as number, "SIGKILL");
    await untilGone([web as number]);
  };
  const call = async (path: string, init: { method?: string; body?: unknown } = {}): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { ...init, headers, body: JSON.stringify(init.body) });
    expect(response.status).toBe(200);
    return response.json();
  };
  const follow = (runId: string, after = 0) =>
    followRun(`${url}/api/runs/${runId}/events`, { signal: readers.signal, after });
  const stepsOf = (events: RunEventView[]) =>
    events.filter((event) => event.kind === "metric").map(({ payload }) => payload["step"]);

  it("leaves run, worker and trainer alone; whoever reads goes on without a gap or a repetition", async () => {
    // Without evaluations on the way: a stop in one leaves the metric of its step to the resumed run.
    const config = tinyRunConfig({ max_steps: 0, epochs: 100, eval_interval: 0, checkpoint_interval: 50 });
    const { id: runId } = await createRun(ctx, { config });
    const reader = follow(runId);
    await waitFor("a reader that sees it train", async () => stepsOf(reader.events).length > 20);

    // Killed while a page writes, too: what was answered is kept.
    let savedNotes = -1;
    const page = (async () => {
      for (;;) {
        await call(`/api/runs/${runId}`, { method: "PATCH", body: { notes: `${savedNotes + 1}` } });
        savedNotes++;
      }
    })();
    page.catch(() => {});
    await waitFor("notes that are saved", async () => savedNotes >= 3);
    // The web server is the first child, worker and trainer are the others.
    const training = descendantsOf(studio.pid).slice(1);
    expect(training).toHaveLength(2);
    await killWebServer(training);
    const goneAt = new Date();
    await expect(page).rejects.toBeInstanceOf(TypeError);
    const committed = await listMetrics(ctx, { runId });
    await waitFor("a reader that is back", async () => reader.connectedAt.length > 1);
    expect([savedNotes, savedNotes + 1]).toContain(Number((await getRun(ctx, { runId })).notes));

    // The same processes train the same run, and what the new server says of it is of now.
    expect(descendantsOf(studio.pid)).toEqual(expect.arrayContaining(training));
    const shown = (await call(`/api/runs/${runId}`)) as RunView;
    expect(shown.status).toBe("running");
    expect(shown.step).toBeGreaterThan(committed.at(-1)?.step ?? 0);

    // Killed again right after it has answered a stop: the stop holds.
    await call(`/api/runs/${runId}/stop`, { method: "POST" });
    await killWebServer(training);
    await untilRun(ctx, runId, ({ status }) => status === "stopped");
    expect(await reader.ended).toBe("stopped");
    const last = (await getRun(ctx, { runId })).step;
    expect(reader.run).toMatchObject({ status: "stopped", step: last });

    const written: number[] = [];
    const path = framesPathOf(join(ctx.paths.runs, runId));
    for await (const { frame } of readFrames({ path, schema: Frame, offset: 0, isWriterGone: () => true })) {
      if (frame.kind === "metric") written.push(frame.step);
    }
    expect(written).toEqual(stepsUpTo(last));
    expect(await recordedSteps(ctx, runId)).toEqual(written);
    expect((await listMetrics(ctx, { runId })).slice(0, committed.length)).toEqual(committed);

    const all = await everyEvent(ctx, runId);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(all.filter((event) => event.kind === "hello")).toHaveLength(1);
    expect(stepsOf(all)).toEqual(written);
    const isWhileGone = ({ createdAt }: RunEventView) =>
      createdAt > goneAt.toISOString() && createdAt < (reader.connectedAt[1]?.toISOString() ?? "");
    expect(stepsOf(all.filter(isWhileGone)).length).toBeGreaterThan(0);
    expect(reader.events).toEqual(all);
    for (const after of [0, 1, committed.length, all.length - 1, all.length]) {
      const late = follow(runId, after);
      expect(await late.ended).toBe("stopped");
      expect(late.events).toEqual(all.slice(after));
    }
  });
});
