/** @file A run is written by two processes while browsers read it over connections that break: nothing missing, nothing twice. */
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunStatus } from "@/lib/contracts/run-status";
import type { RunEventView } from "@/lib/contracts/views";
import { openDatabase } from "@/lib/db/open-database";
import { claimNextRun } from "@/lib/db/repositories/run-leases";
import { recordRunEvent } from "@/lib/db/repositories/run-progress";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import type { Db } from "@/lib/db/types";
import { Rng } from "@/lib/engine/optim/rng";
import { getRun } from "@/lib/services/runs/get-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { updateRun } from "@/lib/services/runs/update-run";
import { eventStream } from "@/lib/web/event-stream";
import { runEventSource } from "@/lib/web/run-event-source";
import { splitMessages } from "../helpers/event-source";
import { MIGRATIONS_FOLDER, TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { everyEvent } from "../helpers/run-records";
import { openTestContext, type TestContext } from "../helpers/test-context";

const OWNER = "wrk_test";
const EVENTS = 150;

interface Received {
  events: RunEventView[];
  connections: number;
  lastStatus: RunStatus | undefined;
}

describe.each(TEST_DATABASES)("the event stream on %s", (kind) => {
  let ctx: TestContext;
  let worker: Db;
  let datasetId: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    // Connections of its own, as the worker process has.
    worker = await openDatabase({ url: ctx.databaseUrl, migrationsFolder: MIGRATIONS_FOLDER });
    datasetId = await addDataset(ctx.db);
  });
  afterAll(async () => {
    await worker.close();
    await ctx.close();
  });

  const claim = async () => {
    const runId = await addRun(ctx.db, { datasetId });
    const now = new Date();
    const lease = { owner: OWNER, deviceKey: runId, now, expiresAt: new Date(now.getTime() + 600_000) };
    expect((await worker.transaction((tx) => claimNextRun(tx, lease)))?.id).toBe(runId);
    await worker.transaction((tx) => changeRunStatus(tx, { runId, from: ["preparing"], to: "running", now }));
    return runId;
  };

  /** Many events, some committed late, and the end once someone has wished to stop. */
  async function write(runId: string, rng: Rng, stopWished: Promise<unknown>): Promise<void> {
    const record = (n: number) =>
      worker.transaction(async (tx) => {
        const event = { kind: "log" as const, payload: { level: "info", message: `${n}` }, createdAt: new Date() };
        await recordRunEvent(tx, { runId, owner: OWNER, event, progress: { step: n } });
        // Numbers given before their commit must not let a later one be seen first.
        if (rng.below(10) === 0) await sleep(rng.below(8));
      });
    for (let n = 0; n < EVENTS; ) {
      const burst = Array.from({ length: Math.min(1 + rng.below(6), EVENTS - n) }, () => record(n++));
      await Promise.all(burst);
      if (rng.below(3) === 0) await sleep(rng.below(10));
    }
    await stopWished;
    const now = new Date();
    await worker.transaction((tx) => changeRunStatus(tx, { runId, from: ["stopping"], to: "stopped", now }));
  }

  /** As a browser does: whole messages count, and a new connection names the last id that it saw. */
  async function follow(runId: string, rng: Rng, longest = 6000): Promise<Received> {
    const received: Received = { events: [], connections: 0, lastStatus: undefined };
    for (let lastId = 0; ; ) {
      received.connections++;
      const client = new AbortController();
      const response = eventStream({
        signal: client.signal,
        poll: runEventSource(ctx, runId, lastId),
        intervalMs: 3,
        heartbeatMs: 20,
        onError: (error) => {
          throw error;
        },
      });
      const isFirst = received.connections === 1;
      const text = await readSome(response, client, isFirst ? 200 : 100 + rng.below(longest), rng);
      for (const { id, event, data } of splitMessages(text).messages) {
        lastId = id ?? lastId;
        if (event === "run-event") received.events.push(data as RunEventView);
        if (event === "run") received.lastStatus = (data as { status: RunStatus }).status;
        if (event === "end") return received;
      }
    }
  }

  it("gives every reader each event once and in order, however often it reconnects", async () => {
    const runId = await claim();
    const rng = Rng.seeded(5);
    // Meanwhile a person uses the page: another process that takes numbers of the same run.
    const useThePage = async () => {
      await sleep(30);
      await updateRun(ctx, { runId, notes: "still going" });
      await stopRun(ctx, { runId });
    };
    const writing = write(runId, rng, useThePage());
    const readers = Array.from({ length: 4 }, (_, i) => follow(runId, Rng.seeded(100 + i)));
    await writing;
    const late = await follow(runId, Rng.seeded(200));

    const all = await everyEvent(ctx, runId);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
    expect(all.map(({ kind: event, payload }) => (event === "log" ? payload["message"] : payload["status"]))).toEqual(
      expect.arrayContaining(["queued", "preparing", "running", "stopping", "stopped", "0", `${EVENTS - 1}`]),
    );
    expect(all).toHaveLength(EVENTS + 5);
    for (const received of [...(await Promise.all(readers)), late]) {
      expect(received.events).toEqual(all);
      expect(received.connections).toBeGreaterThan(3);
      expect(received.lastStatus).toBe("stopped");
    }
  });

  it("tells a run of more events than are read at once to its end", async () => {
    const runId = await claim();
    await stopRun(ctx, { runId });
    const now = new Date();
    await worker.transaction(async (tx) => {
      const payload = { level: "info", message: "x" };
      const first = (await everyEvent(ctx, runId)).length + 1;
      const rows = Array.from({ length: 1200 }, (_, i) => ({ runId, seq: first + i, kind: "log" as const, payload }));
      await tx.orm.insert(tx.tables.runEvents).values(rows);
      await tx.orm
        .update(tx.tables.runs)
        .set({ eventSeq: first + 1199 })
        .where(eq(tx.tables.runs.id, runId));
      await changeRunStatus(tx, { runId, from: ["stopping"], to: "stopped", now });
    });
    const received = await follow(runId, Rng.seeded(7), 1_000_000);
    expect(received.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 1205 }, (_, i) => i + 1));
  });

  it("reads on in pieces of any size to the same list", async () => {
    const runId = await claim();
    await write(runId, Rng.seeded(6), stopRun(ctx, { runId }));
    const all = await everyEvent(ctx, runId);
    for (const limit of [1, 7, 64]) expect(await everyEvent(ctx, runId, limit)).toEqual(all);
    expect(await getRun(ctx, { runId })).toMatchObject({ status: "stopped" });
  });
});

/** About `characters` of the stream, cut anywhere, and the connection is gone. */
async function readSome(response: Response, client: AbortController, characters: number, rng: Rng): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < characters) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  if (rng.below(2) === 0) client.abort();
  else await reader?.cancel();
  return text.slice(0, characters);
}
