import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RUN_STATUSES, RUN_TRANSITIONS } from "@/lib/contracts/run-status";
import { listRunEvents } from "@/lib/db/repositories/run-events";
import { claimNextRun, interruptExpiredRuns, renewLease } from "@/lib/db/repositories/run-leases";
import { recordRunEvent } from "@/lib/db/repositories/run-progress";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import { findRun } from "@/lib/db/repositories/runs";
import { toRunView } from "@/lib/services/runs/to-run-view";
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";

const T0 = new Date("2026-01-01T00:00:00.000Z");
const at = (seconds: number) => new Date(T0.getTime() + seconds * 1000);
const lease = (owner: string, deviceKey: string, seconds = 0) => ({
  owner,
  deviceKey,
  now: at(seconds),
  expiresAt: at(seconds + 15),
});

describe.each(TEST_DATABASES)("the queue of runs on %s", (kind) => {
  let database: TestDatabase;
  let datasetId: string;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    datasetId = await addDataset(database.db);
  });
  beforeEach(async () => {
    await database.db.transaction((tx) => tx.orm.delete(tx.tables.runs));
  });
  afterAll(() => database.close());

  const add = (seconds: number) => addRun(database.db, { datasetId, createdAt: at(seconds) });
  const claim = (...args: Parameters<typeof lease>) =>
    database.db.transaction((tx) => claimNextRun(tx, lease(...args)));

  it("is taken in order, oldest first", async () => {
    const second = await add(2);
    const first = await add(1);
    expect((await claim("a", "host/1"))?.id).toBe(first);
    expect((await claim("b", "host/2"))?.id).toBe(second);
    expect(await claim("c", "host/3")).toBeNull();
  });

  it("gives each run to exactly one of many claims at once, and a device at most one", async () => {
    const runs = new Set<string>();
    for (let i = 0; i < 20; i++) runs.add(await add(i));
    const owners = Array.from({ length: 30 }, (_, i) => i);
    const claimed = new Set<string>();
    // Losers look again, as workers do; ten devices stay busy with their first run.
    for (let round = 0; round < 40 && claimed.size < 10; round++) {
      const rows = await Promise.all(owners.map((i) => claim(`worker-${i}`, `host/${i % 10}`)));
      for (const row of rows) {
        if (row === null) continue;
        expect(claimed.has(row.id)).toBe(false);
        claimed.add(row.id);
      }
    }
    expect(claimed.size).toBe(10);
    const rows = await Promise.all([...claimed].map((id) => findRun(database.db, id)));
    expect(new Set(rows.map((row) => row?.run.deviceKey)).size).toBe(10);
    expect(rows.map((row) => row?.run.attempts)).toEqual(rows.map(() => 1));
  });

  it("counts the time in a worker's hands, not the time between a stop and a resume or after a lost lease", async () => {
    const id = await add(0);
    const change = (rest: Omit<Parameters<typeof changeRunStatus>[1], "runId">) =>
      database.db.transaction((tx) => changeRunStatus(tx, { runId: id, ...rest }));
    const view = async (seconds: number) => {
      const record = await findRun(database.db, id);
      if (record === null) throw new Error("the run is gone");
      const { activeMs, activeSince } = toRunView(record, at(seconds), null);
      return { activeMs, activeSince };
    };
    expect(await view(0)).toEqual({ activeMs: 0, activeSince: null });
    await claim("a", "host/1", 100);
    await change({ from: ["preparing"], to: "running", now: at(101) });
    expect(await view(102)).toEqual({ activeMs: 0, activeSince: at(100).toISOString() });
    await change({ from: ["running"], to: "stopping", now: at(103) });
    await change({ from: ["stopping"], to: "stopped", now: at(107) });
    expect(await view(110)).toEqual({ activeMs: 7000, activeSince: null });
    await change({ from: ["stopped"], to: "queued", now: at(30_000) });
    expect(await view(30_001)).toEqual({ activeMs: 7000, activeSince: null });
    // Its worker is lost: the lease of 15 seconds is the last that is known, before and after a sweep says so.
    await claim("b", "host/1", 40_000);
    const lost = { activeMs: 22_000, activeSince: null };
    expect(await view(50_000)).toEqual(lost);
    await database.db.transaction((tx) => interruptExpiredRuns(tx, at(60_000)));
    expect(await view(60_001)).toEqual(lost);
    // Stopped in the queue, and a clock that was set back: neither adds nor takes.
    await change({ from: ["interrupted"], to: "queued", now: at(60_002) });
    await change({ from: ["queued"], to: "stopped", now: at(70_000) });
    await change({ from: ["stopped"], to: "queued", now: at(70_001) });
    await claim("c", "host/1", 70_002);
    await change({ from: ["preparing"], to: "failed", now: at(1) });
    expect(await view(70_003)).toEqual(lost);
  });

  it("frees a device when the lease of its run has run out", async () => {
    await add(1);
    const next = await add(2);
    await claim("a", "host/1", 0);
    expect(await claim("b", "host/1", 10)).toBeNull();
    expect((await claim("b", "host/1", 16))?.id).toBe(next);
  });

  it("lets only the holder renew a lease and record events", async () => {
    const id = await add(1);
    await claim("a", "host/1");
    const renew = (owner: string) =>
      database.db.transaction((tx) => renewLease(tx, { runId: id, owner, expiresAt: at(60) }));
    expect(await renew("b")).toBeNull();
    expect(await renew("a")).toBe("preparing");
    const event = { kind: "log" as const, payload: { message: "hello" }, createdAt: T0 };
    const record = (owner: string) =>
      database.db.transaction((tx) => recordRunEvent(tx, { runId: id, owner, event, progress: { step: 3 } }));
    expect(await record("b")).toBeNull();
    expect((await record("a"))?.step).toBe(3);
  });

  it("interrupts runs whose lease ran out, once, and takes them from their worker", async () => {
    const id = await add(1);
    await claim("a", "host/1");
    const sweep = (seconds: number) => database.db.transaction((tx) => interruptExpiredRuns(tx, at(seconds)));
    expect(await sweep(14)).toEqual([]);
    expect(await sweep(16)).toEqual([id]);
    expect(await sweep(17)).toEqual([]);
    const record = await findRun(database.db, id);
    expect(record?.run).toMatchObject({ status: "interrupted", exitCause: "lost_worker", leaseOwner: null });
    expect(
      await database.db.transaction((tx) => renewLease(tx, { runId: id, owner: "a", expiresAt: at(60) })),
    ).toBeNull();
  });

  it("numbers the events of a run without gaps, however many write at once", async () => {
    const id = await add(1);
    await claim("a", "host/1");
    const event = (n: number) => ({ kind: "log" as const, payload: { n }, createdAt: T0 });
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        database.db.transaction((tx) => recordRunEvent(tx, { runId: id, owner: "a", event: event(n), progress: {} })),
      ),
    );
    const events = await listRunEvents(database.db, { runId: id, afterSeq: 0, limit: 100 });
    // Queued, preparing, then the thirty.
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    expect(new Set(events.slice(2).map(({ payload }) => payload["n"])).size).toBe(30);
    expect(await listRunEvents(database.db, { runId: id, afterSeq: 30, limit: 1 })).toMatchObject([{ seq: 31 }]);
  });

  it("makes only the moves of the table of transitions", async () => {
    for (const from of RUN_STATUSES) {
      for (const to of RUN_STATUSES) {
        const id = await add(1);
        await database.db.transaction((tx) => tx.orm.update(tx.tables.runs).set({ status: from }));
        const move = database.db.transaction((tx) => changeRunStatus(tx, { runId: id, from: [from], to, now: T0 }));
        if (RUN_TRANSITIONS[from].includes(to)) expect((await move)?.status).toBe(to);
        else await expect(move).rejects.toThrow(`from ${from} to ${to}`);
        await database.db.transaction((tx) => tx.orm.delete(tx.tables.runs));
      }
    }
  });

  it("lets exactly one of two opposite changes happen", async () => {
    const id = await add(1);
    await claim("a", "host/1");
    const change = (to: "stopping" | "failed") =>
      database.db.transaction((tx) => changeRunStatus(tx, { runId: id, from: ["preparing"], to, now: T0 }));
    const results = await Promise.all([change("stopping"), change("failed")]);
    expect(results.filter((row) => row !== null)).toHaveLength(1);
  });

  it("refuses a status that does not exist, also below the types", async () => {
    const id = await add(1);
    const break_ = database.db.transaction((tx) =>
      tx.orm.update(tx.tables.runs).set({ status: "finished" as "failed" }),
    );
    await expect(break_).rejects.toThrow();
    expect((await findRun(database.db, id))?.run.status).toBe("queued");
  });
});
