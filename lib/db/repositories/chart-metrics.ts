/** @file The metrics of a long run, down-sampled by the database, so that no process holds 100,000 rows to draw a line. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { and, asc, eq, gte, inArray, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Reader } from "../types";
import type { MetricRow } from "./metrics";

export interface MetricRange {
  runId: string;
  /** Both ends are included. */
  fromStep: number;
  toStep: number;
}

/**
 * What one query may look at. The driver of a local file is synchronous: while it looks, nothing else of the process runs,
 * so a long run is read in parts, and others get their turn in between.
 */
const ROWS_AT_ONCE = 4096;

/** Of the first process. */
const inRange = ({ trainingMetric: metric }: Reader["tables"], { runId, fromStep, toStep }: MetricRange) =>
  and(eq(metric.runId, runId), eq(metric.processRank, 0), gte(metric.step, fromStep), lte(metric.step, toStep));

/** How many rows a range has, and the steps of the first and the last; null when there are none. The index knows. */
export async function findMetricExtent(
  db: Reader,
  range: MetricRange,
): Promise<{ rows: number; firstStep: number; lastStep: number } | null> {
  const { step } = db.tables.trainingMetric;
  const [extent] = await db.orm
    .select({
      rows: sql`count(*)`.mapWith(Number),
      firstStep: sql`min(${step})`.mapWith(Number),
      lastStep: sql`max(${step})`.mapWith(Number),
    })
    .from(db.tables.trainingMetric)
    .where(inRange(db.tables, range));
  return extent === undefined || extent.rows === 0 ? null : extent;
}

/** By step. */
export async function listMetricRange(db: Reader, range: MetricRange): Promise<MetricRow[]> {
  const { trainingMetric: metric } = db.tables;
  const all: MetricRow[] = [];
  let { fromStep } = range;
  for (;;) {
    const rows = await db.orm
      .select()
      .from(metric)
      .where(inRange(db.tables, { ...range, fromStep }))
      .orderBy(asc(metric.step))
      .limit(ROWS_AT_ONCE);
    for (const row of rows) all.push(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_ONCE) return all;
    fromStep = last.step + 1;
    await nextTurn();
  }
}

/**
 * Of every `stepsPerBucket` steps, counted from `fromStep`, the rows with the lowest and the highest train loss; besides
 * these the rows of `fromStep` and `toStep`, every evaluation and every row that is not finite. By step.
 * @param range.rows how many rows it has, about
 */
export async function listMetricExtremes(
  db: Reader,
  range: MetricRange & { stepsPerBucket: number; rows: number },
): Promise<MetricRow[]> {
  const { fromStep, toStep, stepsPerBucket } = range;
  const buckets = Math.ceil((toStep - fromStep + 1) / stepsPerBucket);
  const parts = db.kind === "libsql" ? Math.ceil(range.rows / ROWS_AT_ONCE) : 1;
  // Whole buckets, so that a part has the extremes that the whole has there.
  const stepsPerPart = stepsPerBucket * Math.ceil(buckets / parts);
  const all: MetricRow[] = [];
  for (let from = fromStep; from <= toStep; from += stepsPerPart) {
    const part = { ...range, fromStep: from, toStep: Math.min(toStep, from + stepsPerPart - 1) };
    for (const row of await listExtremesOf(db, part, [fromStep, toStep])) all.push(row);
    if (part.toStep < toStep) await nextTurn();
  }
  return all;
}

async function listExtremesOf(
  db: Reader,
  range: MetricRange & { stepsPerBucket: number },
  alwaysKept: number[],
): Promise<MetricRow[]> {
  const { trainingMetric: metric } = db.tables;
  // Whole numbers as text: bound numbers are fractions to SQLite, and whole division is wanted.
  const [first, size] = [range.fromStep, range.stepsPerBucket].map((value) => sql.raw(String(Math.trunc(value))));
  const losses = db.orm
    .select({
      step: metric.step,
      loss: metric.trainLoss,
      bucket: sql`(${metric.step} - ${first}) / ${size}`.as("bucket"),
    })
    .from(metric)
    .where(and(inRange(db.tables, range), isNotNull(metric.trainLoss)))
    .as("losses");
  // One order for both ends of a bucket, so that it is sorted once. Equal losses go by step: one row each, not all of them.
  // No join with grouped minima: Postgres, before it has counted a new run's rows, may plan it as rows times buckets.
  const byLoss = sql`(partition by ${losses.bucket} order by ${losses.loss}, ${losses.step})`;
  const ends = db.orm
    .select({
      step: losses.step,
      lower: sql`lag(${losses.step}) over ${byLoss}`.as("lower"),
      higher: sql`lead(${losses.step}) over ${byLoss}`.as("higher"),
    })
    .from(losses)
    .as("ends");
  const extremes = db.orm
    .select({ step: ends.step })
    .from(ends)
    .where(or(isNull(ends.lower), isNull(ends.higher)));
  const kept = or(
    isNotNull(metric.evalLoss),
    eq(metric.isFinite, false),
    inArray(metric.step, alwaysKept),
    inArray(metric.step, extremes),
  );
  return db.orm
    .select()
    .from(metric)
    .where(and(inRange(db.tables, range), kept))
    .orderBy(asc(metric.step));
}
