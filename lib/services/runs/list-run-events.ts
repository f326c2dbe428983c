import type { RunEventView } from "@/lib/contracts/views";
import { listRunEvents as listRunEventRows } from "@/lib/db/repositories/run-events";
import type { ServiceContext } from "../context";

const MAX_EVENTS = 5000;

/** Events after `afterSeq`, oldest first, at most `limit`. Numbers of a run are dense and follow commit order. */
export async function listRunEvents(
  ctx: ServiceContext,
  { runId, afterSeq, limit }: { runId: string; afterSeq: number; limit: number },
): Promise<RunEventView[]> {
  const rows = await listRunEventRows(ctx.db, { runId, afterSeq, limit: Math.min(Math.max(1, limit), MAX_EVENTS) });
  return rows.map(({ seq, kind, payload, createdAt }) => ({ seq, kind, payload, createdAt: createdAt.toISOString() }));
}
