import { findRun } from "@/lib/db/repositories/runs";
import type { ServiceContext } from "../context";

export interface DeletedRunView {
  id: string;
  name: string;
  deletedAt: string;
}

/** A run that is hidden now and can be restored; null for any other. */
export async function findDeletedRun(
  ctx: ServiceContext,
  { runId }: { runId: string },
): Promise<DeletedRunView | null> {
  const record = await findRun(ctx.db, runId);
  if (!record?.run.deletedAt) return null;
  return { id: record.run.id, name: record.run.name, deletedAt: record.run.deletedAt.toISOString() };
}
