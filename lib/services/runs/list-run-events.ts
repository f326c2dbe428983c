import type { RunEventView } from "@/lib/contracts/views";
import { listRunEvents as listRunEventRows, type RunEventQuery } from "@/lib/db/repositories/run-events";
import type { ServiceContext } from "../context";

const MAX_EVENTS = 5000;

/**
 * Events after `afterSeq`, oldest first, at most `limit`; with `kinds` only those, with `keep: "newest"` the last ones of
 * them. Numbers of a run are dense and follow commit order.
 */
export async function listRunEvents(ctx: ServiceContext, query: RunEventQuery): Promise<RunEventView[]> {
  const limit = Math.min(Math.max(1, query.limit), MAX_EVENTS);
  const rows = await listRunEventRows(ctx.db, { ...query, limit });
  return rows.map(({ seq, kind, payload, createdAt }) => ({ seq, kind, payload, createdAt: createdAt.toISOString() }));
}
