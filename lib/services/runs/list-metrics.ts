import type { MetricPoint } from "@/lib/contracts/views";
import { findMetricExtent, listMetricExtremes, listMetricRange } from "@/lib/db/repositories/chart-metrics";
import type { MetricRow } from "@/lib/db/repositories/metrics";
import type { ServiceContext } from "../context";

export interface ListMetricsInput {
  runId: string;
  /** At least 4; evaluations and steps that are not finite come on top. */
  maxPoints?: number | undefined;
  /** Both included; without them the whole run. */
  fromStep?: number | undefined;
  toStep?: number | undefined;
}

const DEFAULT_POINTS = 2000;
const FEWEST_POINTS = 4;
const LAST_STEP = 2 ** 31 - 1;

/**
 * A run's metrics by step, for a chart. All of them when they are at most `maxPoints`; otherwise of each stretch of steps
 * the lowest and the highest train loss, every evaluation, every step that is not finite, the first and the last. Empty
 * for a run without any (or an unknown one).
 */
export async function listMetrics(ctx: ServiceContext, input: ListMetricsInput): Promise<MetricPoint[]> {
  const { runId, maxPoints = DEFAULT_POINTS, fromStep = 0, toStep = LAST_STEP } = input;
  const asked = { runId, fromStep: clampStep(Math.ceil(fromStep)), toStep: clampStep(Math.floor(toStep)) };
  const extent = await findMetricExtent(ctx.db, asked);
  if (extent === null) return [];
  // What is written meanwhile lies behind the last step and would not fit the stretches.
  const range = { runId, fromStep: extent.firstStep, toStep: extent.lastStep };
  if (extent.rows <= maxPoints) return (await listMetricRange(ctx.db, range)).map(toMetricPoint);
  // Two rows of each stretch, besides the first and the last.
  const stretches = Math.floor((Math.max(FEWEST_POINTS, maxPoints) - 2) / 2);
  const stepsPerBucket = Math.ceil((extent.lastStep - extent.firstStep + 1) / stretches);
  return (await listMetricExtremes(ctx.db, { ...range, stepsPerBucket, rows: extent.rows })).map(toMetricPoint);
}

const clampStep = (step: number): number => Math.min(Math.max(0, step), LAST_STEP);

const toMetricPoint = (row: MetricRow): MetricPoint => ({
  step: row.step,
  epoch: row.epoch,
  trainLoss: row.trainLoss,
  evalLoss: row.evalLoss,
  learningRate: row.learningRate,
  gradNorm: row.gradNorm,
  tokensPerSecond: row.tokensPerSecond,
  tokensSeen: row.tokensSeen,
  isFinite: row.isFinite,
  residentBytes: row.residentBytes,
  timestamp: row.timestamp.toISOString(),
});
