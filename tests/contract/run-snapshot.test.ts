/** @file The run screen's state is read in parts; it must be what a replay of every event gives. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyRunEvent, emptySnapshot } from "@/lib/contracts/run-snapshot";
import type { RunEventView } from "@/lib/contracts/views";
import { claimNextRun } from "@/lib/db/repositories/run-leases";
import { recordRunEvent } from "@/lib/db/repositories/run-progress";
import { Rng } from "@/lib/engine/optim/rng";
import { getRun } from "@/lib/services/runs/get-run";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import { loadRunSnapshot } from "@/lib/web/load-run-snapshot";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { everyEvent } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";

const OWNER = "wrk_test";
const KINDS: RunEventView["kind"][] = [
  "metric",
  "metric",
  "log",
  "sample",
  "checkpoint",
  "progress",
  "error",
  "status",
];

describe.each(TEST_DATABASES)("the state of a run on %s", (kind) => {
  let ctx: TestContext;
  let runId: string;
  let all: RunEventView[];
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    runId = await addRun(ctx.db, { datasetId: await addDataset(ctx.db) });
    const now = new Date();
    const lease = { owner: OWNER, deviceKey: "d", now, expiresAt: new Date(now.getTime() + 600_000) };
    await ctx.db.transaction((tx) => claimNextRun(tx, lease));
    const rng = Rng.seeded(11);
    for (let step = 1; step <= 900; step++) await record(KINDS[rng.below(KINDS.length)] ?? "log", step);
    all = await everyEvent(ctx, runId);
  });
  afterAll(() => ctx.close());

  const record = (kindOf: RunEventView["kind"], step: number) => {
    const payload = {
      step,
      message: `line ${step}`,
      level: "info",
      name: `p${step % 2}`,
      prompt: "a",
      completion: `${step}`,
      phase: "evaluating",
      done: step,
      status: "running",
      total: 9,
    };
    const event = { kind: kindOf, payload, createdAt: new Date() };
    return ctx.db.transaction((tx) => recordRunEvent(tx, { runId, owner: OWNER, event, progress: { step } }));
  };
  const replayed = async () =>
    all.filter((event) => event.kind !== "metric").reduce(applyRunEvent, emptySnapshot(await getRun(ctx, { runId })));

  it("has the log, checkpoints, completions and progress of a whole replay", async () => {
    const { log, checkpoints, samples, progress, lastSeq } = await loadRunSnapshot(ctx, runId);
    const whole = await replayed();
    expect(log.length).toBeGreaterThan(300);
    expect(checkpoints.length).toBeGreaterThan(50);
    expect({ log, checkpoints, samples, progress }).toEqual({
      log: whole.log,
      checkpoints: whole.checkpoints,
      samples: whole.samples,
      progress: whole.progress,
    });
    expect(lastSeq).toBe(all.at(-1)?.seq);
  });

  it("gives each event to the page once: in the state or by the stream", async () => {
    const before = await loadRunSnapshot(ctx, runId);
    const writing = Promise.all(Array.from({ length: 60 }, (_, i) => record("log", 2000 + i)));
    // Read while others write.
    const during = await Promise.all(Array.from({ length: 8 }, () => loadRunSnapshot(ctx, runId)));
    await writing;
    all = await everyEvent(ctx, runId);
    const whole = await replayed();
    for (const snapshot of [before, ...during]) {
      const rest = await listRunEvents(ctx, { runId, afterSeq: snapshot.lastSeq, limit: 5000 });
      expect(rest.reduce(applyRunEvent, snapshot).log).toEqual(whole.log);
    }
  });

  it("lists events of asked kinds only, from either end, always in order", async () => {
    for (const kinds of [["log"], ["checkpoint", "sample"], ["hello"], KINDS] as const) {
      const fitting = all.filter((event) => kinds.some((asked) => asked === event.kind));
      for (const limit of [1, 5, 5000]) {
        const query = { runId, afterSeq: 0, limit, kinds };
        expect(await listRunEvents(ctx, query)).toEqual(fitting.slice(0, limit));
        expect(await listRunEvents(ctx, { ...query, keep: "newest" })).toEqual(fitting.slice(-limit));
      }
      const afterSeq = fitting[3]?.seq ?? 0;
      const query = { runId, afterSeq, limit: 2, kinds, keep: "newest" } as const;
      expect(await listRunEvents(ctx, query)).toEqual(fitting.filter(({ seq }) => seq > afterSeq).slice(-2));
    }
    expect(await listRunEvents(ctx, { runId, afterSeq: 0, limit: 5, kinds: [] })).toEqual([]);
  });
});
