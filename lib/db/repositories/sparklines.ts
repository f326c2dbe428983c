import { asc, inArray, type SQL, sql } from "drizzle-orm";
import type { Reader } from "../types";

/**
 * For each run at most `points` train losses in step order, evenly spaced over its steps, the newest last; runs without
 * any are left out. One query, and for each point one seek in the index however long the run is.
 */
export async function listSparklines(db: Reader, runIds: string[], points: number): Promise<Map<string, number[]>> {
  const sparklines = new Map<string, number[]>();
  if (runIds.length === 0) return sparklines;
  const { runs, trainingMetric: metric } = db.tables;
  const indexes = Array.from({ length: points }, (_, index) => `(${index})`).join(", ");
  // Both databases call the column of nameless rows `column1`.
  const index = sql`point.column1`;
  const gaps = sql.raw(String(points - 1));
  /**
   * From step 1 to the newest one; a run with fewer steps than points meets some steps twice, which stay empty.
   * 1 + (step - 1) * at / gaps, without a product that Postgres's integers could not hold.
   */
  const stepAt = (at: SQL) =>
    sql`(1 + (${runs.step} - 1) / ${gaps} * (${at}) + (${runs.step} - 1) % ${gaps} * (${at}) / ${gaps})`;
  // The newest loss since the point before: trainers need not report every step, and a loss may be no number.
  const loss = sql<number | null>`(
    select ${metric.trainLoss} from ${metric}
    where ${metric.runId} = ${runs.id} and ${metric.processRank} = 0 and ${metric.trainLoss} is not null
      and ${metric.step} <= ${stepAt(index)}
      and ${metric.step} > case when ${index} = 0 then 0 else ${stepAt(sql`${index} - 1`)} end
    order by ${metric.step} desc limit 1)`;
  const rows = await db.orm
    .select({ runId: runs.id, loss })
    .from(runs)
    .innerJoin(sql`(values ${sql.raw(indexes)}) as point`, sql`true`)
    .where(inArray(runs.id, runIds))
    .orderBy(asc(runs.id), asc(index));
  for (const { runId, loss: value } of rows) {
    if (value === null) continue;
    const known = sparklines.get(runId);
    if (known === undefined) sparklines.set(runId, [value]);
    else known.push(value);
  }
  return sparklines;
}
