import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@/lib/contracts/ids";
import type { MetricFrame } from "@/lib/contracts/trainer-protocol";
import { listMetricRange } from "@/lib/db/repositories/chart-metrics";
import { upsertMetric } from "@/lib/db/repositories/metrics";
import { findRun } from "@/lib/db/repositories/runs";
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from "../helpers/open-test-database";
import { addDataset, addRun, metricFrame } from "../helpers/run-fixtures";

describe.each(TEST_DATABASES)("metrics on %s", (kind) => {
  let database: TestDatabase;
  let runId: string;
  let configId: string;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    runId = await addRun(database.db, { datasetId: await addDataset(database.db) });
    configId = (await findRun(database.db, runId))?.run.configId ?? "";
  });
  afterAll(() => database.close());

  const write = (frame: MetricFrame) =>
    database.db.transaction((tx) =>
      upsertMetric(tx, { id: newId("mtr"), runId, configId, frame, timestamp: new Date() }),
    );
  const record = (...args: Parameters<typeof metricFrame>) => write(metricFrame(...args));

  const list = () => listMetricRange(database.db, { runId, fromStep: 0, toStep: 1000 });

  it("are one row for each step however often it is repeated, and keep an evaluation that a repetition lacks", async () => {
    await record(1, { evalLoss: 2.5 });
    await record(2);
    await record(1, { trainLoss: 2.25 });
    await record(2, { trainLoss: null, isFinite: false });
    const rows = await list();
    expect(rows).toMatchObject([
      { step: 1, trainLoss: 2.25, evalLoss: 2.5, isFinite: true },
      { step: 2, trainLoss: null, evalLoss: null, isFinite: false },
    ]);
  });

  it("come back exactly as they were written", async () => {
    const frame = metricFrame(7, { trainLoss: 1.2345678901234567, tokensSeen: 3_000_000_000_000, gradNorm: 1e-300 });
    await record(7, frame);
    const row = (await list()).find(({ step }) => step === 7);
    expect(row).toMatchObject({ trainLoss: 1.2345678901234567, tokensSeen: 3_000_000_000_000, gradNorm: 1e-300 });
    expect(row?.timestamp).toBeInstanceOf(Date);
    expect(row?.residentBytes).toBe(4_000_000_000);
    const { residentBytes: _, ...old } = metricFrame(8);
    await write(old);
    expect((await list()).find(({ step }) => step === 8)?.residentBytes).toBeNull();
  });

  it("of other processes stay apart", async () => {
    await record(9);
    await record(9, { rank: 1 });
    expect((await list()).filter(({ step }) => step === 9)).toHaveLength(1);
  });
});
