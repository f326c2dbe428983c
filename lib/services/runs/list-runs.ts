import type { RunListView } from "@/lib/contracts/views";
import { countHeldRuns, listQueuedRunIds, listRuns as listRunRecords } from "@/lib/db/repositories/runs";
import { listSparklines } from "@/lib/db/repositories/sparklines";
import type { ServiceContext } from "../context";
import { toRunView } from "./to-run-view";

const MAX_RUNS = 1000;
const SPARKLINE_POINTS = 40;

export interface ListRunsInput {
  limit?: number;
  /** Before the others, so that a short list has them however old they are. */
  unfinishedFirst?: boolean;
}

/** Newest first, each with its sparkline; without the deleted ones. */
export async function listRuns(
  ctx: ServiceContext,
  { limit = 100, unfinishedFirst = false }: ListRunsInput = {},
): Promise<RunListView[]> {
  const now = ctx.now();
  const records = await listRunRecords(ctx.db, {
    limit: Math.min(Math.max(1, Math.trunc(limit)), MAX_RUNS),
    unfinishedFirst,
  });
  const queue = await listQueuedRunIds(ctx.db);
  const held = queue.length === 0 ? 0 : await countHeldRuns(ctx.db, now);
  const runIds = records.map(({ run }) => run.id);
  const sparklines = await listSparklines(ctx.db, runIds, SPARKLINE_POINTS);
  return records.map((record) => ({
    ...toRunView(record, now, held + Math.max(0, queue.indexOf(record.run.id))),
    sparkline: sparklines.get(record.run.id) ?? [],
  }));
}
