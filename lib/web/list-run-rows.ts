import { thinMetrics } from "@/lib/contracts/run-snapshot";
import type { RunView } from "@/lib/contracts/views";
import type { ServiceContext } from "@/lib/services/context";
import { listMetrics } from "@/lib/services/runs/list-metrics";
import { listRuns } from "@/lib/services/runs/list-runs";

const SPARK_POINTS = 48;

/** Runs, newest first, each with a few dozen train losses for a sparkline. */
export async function listRunRows(ctx: ServiceContext, limit: number): Promise<{ run: RunView; spark: number[] }[]> {
  const runs = await listRuns(ctx, { limit });
  return await Promise.all(
    runs.map(async (run) => {
      const metrics = thinMetrics(await listMetrics(ctx, { runId: run.id }), SPARK_POINTS);
      return { run, spark: metrics.flatMap(({ trainLoss }) => (trainLoss === null ? [] : [trainLoss])) };
    }),
  );
}
