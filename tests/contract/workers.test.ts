import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimNextRun } from "@/lib/db/repositories/run-leases";
import { deleteWorker, recordHeartbeat } from "@/lib/db/repositories/workers";
import { getWorkers } from "@/lib/services/system/get-workers";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { openTestContext, type TestContext } from "../helpers/test-context";

const T0 = new Date("2026-01-01T00:00:00.000Z");
const at = (seconds: number) => new Date(T0.getTime() + seconds * 1000);

describe.each(TEST_DATABASES)("workers on %s", (kind) => {
  let ctx: TestContext;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
  });
  afterAll(() => ctx.close());

  const report = (id: string, seconds: number) =>
    ctx.db.transaction((tx) =>
      recordHeartbeat(tx, { id, hostname: "host", pid: 1, device: "cpu", heartbeatAt: at(seconds) }),
    );

  it("are none at first", async () => {
    expect(await getWorkers(ctx)).toEqual([]);
  });

  it("are shown with the run that they hold, and as gone when they fall silent", async () => {
    const runId = await addRun(ctx.db, { datasetId: await addDataset(ctx.db) });
    await report("wrk_a", 0);
    await report("wrk_b", 5);
    const lease = { owner: "wrk_a", deviceKey: "host/cpu", now: at(5), expiresAt: at(20) };
    await ctx.db.transaction((tx) => claimNextRun(tx, lease));
    ctx.setNow(at(5));
    const a = { id: "wrk_a", device: "cpu", hostname: "host", isAlive: true, currentRunId: runId };
    const b = { ...a, id: "wrk_b", currentRunId: null, heartbeatAt: at(5).toISOString() };
    expect(await getWorkers(ctx)).toEqual([b, { ...a, heartbeatAt: T0.toISOString() }]);
    // a is silent, and its lease has run out; b still reported lately enough.
    ctx.setNow(at(24));
    expect(await getWorkers(ctx)).toMatchObject([
      { id: "wrk_b", isAlive: true },
      { id: "wrk_a", isAlive: false, currentRunId: null },
    ]);
    // In time it is forgotten, as long as another one works there.
    ctx.setNow(at(301));
    expect((await getWorkers(ctx)).map(({ id }) => id)).toEqual(["wrk_b", "wrk_a"]);
    await report("wrk_b", 301);
    expect((await getWorkers(ctx)).map(({ id }) => id)).toEqual(["wrk_b"]);
    await ctx.db.transaction((tx) => deleteWorker(tx, "wrk_b"));
    expect((await getWorkers(ctx)).map(({ id }) => id)).toEqual(["wrk_a"]);
  });
});
