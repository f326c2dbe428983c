import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@/lib/contracts/ids";
import type { MetricPoint } from "@/lib/contracts/views";
import { findRun } from "@/lib/db/repositories/runs";
import type { Tables } from "@/lib/db/types";
import { Rng } from "@/lib/engine/optim/rng";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRuns } from "@/lib/services/runs/list-runs";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { openTestContext, type TestContext } from "../helpers/test-context";

type NewMetric = Pick<Tables["trainingMetric"]["$inferInsert"], "step"> &
  Partial<Tables["trainingMetric"]["$inferInsert"]>;

const ROWS_PER_INSERT = 500;

describe.each(TEST_DATABASES)("metrics for a chart on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    datasetId = await addDataset(ctx.db);
  });
  afterAll(() => ctx.close());

  /** A run with these rows, its own step as the trainer would have left it. */
  async function addMetrics(rows: NewMetric[]): Promise<string> {
    const runId = await addRun(ctx.db, { datasetId });
    const configId = (await findRun(ctx.db, runId))?.run.configId ?? "";
    const values = rows.map((row) => ({
      id: newId("mtr"),
      runId,
      configId,
      epoch: row.step / 100,
      learningRate: 1e-4,
      tokensPerSecond: 100,
      tokensSeen: row.step,
      ...row,
    }));
    await ctx.db.transaction(async (tx) => {
      for (let at = 0; at < values.length; at += ROWS_PER_INSERT) {
        await tx.orm.insert(tx.tables.trainingMetric).values(values.slice(at, at + ROWS_PER_INSERT));
      }
      const { runs } = tx.tables;
      const step = Math.max(0, ...rows.map((row) => row.step));
      await tx.orm.update(runs).set({ step }).where(eq(runs.id, runId));
    });
    return runId;
  }

  /** Steps with gaps, levels that repeat, evaluations, and losses that are no number. */
  function randomRows(rng: Rng, count: number): NewMetric[] {
    const levels = 1 + rng.below(count);
    let step = rng.below(3) * rng.below(100);
    return Array.from({ length: count }, () => {
      step += 1 + (rng.below(4) === 0 ? rng.below(30) : 0);
      const isNumber = rng.below(60) > 0;
      return {
        step,
        trainLoss: isNumber && rng.below(40) > 0 ? rng.below(levels) / 8 - 1 : null,
        evalLoss: rng.below(50) === 0 ? rng.below(levels) : null,
        isFinite: isNumber,
      };
    });
  }

  const isAlwaysKept = (point: MetricPoint) => point.evalLoss !== null || !point.isFinite;
  const losses = (points: MetricPoint[]) => points.flatMap(({ trainLoss }) => (trainLoss === null ? [] : [trainLoss]));

  it("are all there, as they are, when they are few", async () => {
    const rows = randomRows(Rng.seeded(1), 50);
    const runId = await addMetrics(rows);
    const all = await listMetrics(ctx, { runId });
    expect(all).toHaveLength(50);
    expect(all).toMatchObject(rows);
    expect(await listMetrics(ctx, { runId, maxPoints: 50 })).toEqual(all);
    expect(await listMetrics(ctx, { runId, maxPoints: Number.POSITIVE_INFINITY })).toEqual(all);
    expect((await listMetrics(ctx, { runId, maxPoints: 20 })).length).toBeLessThan(50);
    expect(await listMetrics(ctx, { runId: "run_none" })).toEqual([]);
  });

  it("keep extremes, evaluations, ends and order, and no more than asked for", async () => {
    const rng = Rng.seeded(2);
    for (let round = 0; round < 13; round++) {
      // The last one is so long that it is read in parts.
      const rows = randomRows(rng, round === 12 ? 9000 : 300 + rng.below(900));
      const runId = await addMetrics(rows);
      const all = await listMetrics(ctx, { runId, maxPoints: rows.length });
      expect(all.map(({ step }) => step)).toEqual(rows.map(({ step }) => step));
      for (const maxPoints of [4, 5, 37, 250]) {
        const kept = await listMetrics(ctx, { runId, maxPoints });
        const steps = kept.map(({ step }) => step);
        // A part of all points, in order, none twice.
        expect(kept).toEqual(all.filter(({ step }) => steps.includes(step)));
        expect(kept[0]).toEqual(all[0]);
        expect(kept.at(-1)).toEqual(all.at(-1));
        expect(kept.filter(isAlwaysKept)).toEqual(all.filter(isAlwaysKept));
        expect(kept.length).toBeLessThanOrEqual(maxPoints + all.filter(isAlwaysKept).length);

        // The definition itself, in plain words: what a stretch has at most and at least is there.
        const [first, last] = [all[0]?.step ?? 0, all.at(-1)?.step ?? 0];
        const width = Math.ceil((last - first + 1) / Math.floor((maxPoints - 2) / 2));
        for (let from = first; from <= last; from += width) {
          const inStretch = ({ step }: MetricPoint) => step >= from && step < from + width;
          const [before, after] = [losses(all.filter(inStretch)), losses(kept.filter(inStretch))];
          if (before.length === 0) continue;
          expect([Math.min(...after), Math.max(...after)]).toEqual([Math.min(...before), Math.max(...before)]);
        }
      }
    }
  });

  it("of a long run let others have their turn while they are read", async () => {
    const runId = await addMetrics(Array.from({ length: 20_000 }, (_, i) => ({ step: i + 1, trainLoss: Math.sin(i) })));
    for (const maxPoints of [100, 20_000]) {
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      await listMetrics(ctx, { runId, maxPoints });
      clearInterval(timer);
      expect(turns).toBeGreaterThanOrEqual(3);
    }
  });

  it("of a flat line or of one stretch are no more than of any other", async () => {
    const runId = await addMetrics(Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, trainLoss: 2 })));
    expect((await listMetrics(ctx, { runId, maxPoints: 10 })).length).toBeLessThanOrEqual(10);
    expect((await listMetrics(ctx, { runId, maxPoints: 0 })).map(({ step }) => step)).toEqual([1, 1000]);
  });

  it("of a part of the run are those of its steps, ends included", async () => {
    const runId = await addMetrics(Array.from({ length: 600 }, (_, i) => ({ step: i + 1, trainLoss: Math.sin(i) })));
    const steps = async (input: object) => (await listMetrics(ctx, { runId, ...input })).map(({ step }) => step);
    expect(await steps({ fromStep: 10, toStep: 13 })).toEqual([10, 11, 12, 13]);
    expect(await steps({ fromStep: 9.5, toStep: 11.5 })).toEqual([10, 11]);
    expect(await steps({ fromStep: 599, toStep: 1e300 })).toEqual([599, 600]);
    expect(await steps({ fromStep: -5, toStep: 2 })).toEqual([1, 2]);
    expect(await steps({ fromStep: 20, toStep: 10 })).toEqual([]);
    const zoomed = await steps({ fromStep: 100, toStep: 399, maxPoints: 30 });
    expect([zoomed[0], zoomed.at(-1)]).toEqual([100, 399]);
    expect(zoomed.length).toBeLessThanOrEqual(30);
    expect(zoomed.length).toBeGreaterThan(15);
  });

  it("of a long run with far steps are counted right, and other processes and runs stay out", async () => {
    const far = 2_000_000_000;
    const rows = Array.from({ length: 200 }, (_, i) => ({ step: far + i * 700_000, trainLoss: i % 7 }));
    await addMetrics(rows.map((row) => ({ ...row, trainLoss: -5 })));
    const runId = await addMetrics([
      ...rows,
      ...rows.map((row) => ({ ...row, trainLoss: 99, processRank: 1, evalLoss: 1 })),
    ]);
    const kept = await listMetrics(ctx, { runId, maxPoints: 22 });
    expect(kept.length).toBeLessThanOrEqual(22);
    expect([Math.min(...losses(kept)), Math.max(...losses(kept))]).toEqual([0, 6]);
    expect(kept.map(({ step }) => step)).toContain(far + 199 * 700_000);
  });

  describe("as sparklines", () => {
    const sparklines = async () => new Map((await listRuns(ctx)).map(({ id, sparkline }) => [id, sparkline]));
    const line = (count: number, every = 1) =>
      Array.from({ length: count }, (_, i) => ({ step: (i + 1) * every, trainLoss: (i + 1) * every }));

    it("are whole when short, at most 40 points when long, from the first loss to the newest, each run its own", async () => {
      const none = await addMetrics([]);
      const evaluated = await addMetrics([{ step: 0, evalLoss: 3 }]);
      const endless = await addMetrics([
        { step: 1, trainLoss: 2 },
        { step: 2 ** 31 - 1, trainLoss: 1 },
      ]);
      const one = await addMetrics(line(1));
      const short = await addMetrics([{ step: 0, evalLoss: 3 }, ...line(40)]);
      const long = await addMetrics(line(1234));
      const sparse = await addMetrics(line(30, 50));
      const other = await addMetrics([...line(3), { step: 1, trainLoss: 99, processRank: 1 }]);
      const all = await sparklines();
      expect(all.get(none)).toEqual([]);
      expect(all.get(evaluated)).toEqual([]);
      expect(all.get(endless)).toEqual([2, 1]);
      expect(all.get(one)).toEqual([1]);
      expect(all.get(short)).toEqual(line(40).map(({ step }) => step));
      expect(all.get(other)).toEqual([1, 2, 3]);
      const points = all.get(long) ?? [];
      expect(points).toHaveLength(40);
      expect([points[0], points.at(-1)]).toEqual([1, 1234]);
      const gaps = points.slice(1).map((value, i) => value - (points[i] as number));
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
      // A trainer that reports now and then: every report is there.
      expect(all.get(sparse)).toEqual(line(30, 50).map(({ step }) => step));
    });

    it("leave out what is no number, and take the newest loss before it", async () => {
      const rows = line(400).map((row) => (row.step === 400 ? { ...row, trainLoss: null, isFinite: false } : row));
      const runId = await addMetrics(rows);
      const points = (await sparklines()).get(runId) ?? [];
      expect(points).toHaveLength(40);
      expect(points.at(-1)).toBe(399);
    });
  });
});
