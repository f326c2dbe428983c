import type { MetricPoint } from "@/lib/contracts/views";
import { listMetrics as listMetricRows } from "@/lib/db/repositories/metrics";
import type { ServiceContext } from "../context";

/** All steps in order; empty for a run without any (or an unknown one). */
export async function listMetrics(ctx: ServiceContext, { runId }: { runId: string }): Promise<MetricPoint[]> {
  const rows = await listMetricRows(ctx.db, runId);
  return rows.map((row) => ({
    step: row.step,
    epoch: row.epoch,
    trainLoss: row.trainLoss,
    evalLoss: row.evalLoss,
    learningRate: row.learningRate,
    gradNorm: row.gradNorm,
    tokensPerSecond: row.tokensPerSecond,
    tokensSeen: row.tokensSeen,
    isFinite: row.isFinite,
    timestamp: row.timestamp.toISOString(),
  }));
}
