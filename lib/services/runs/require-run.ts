import { findRun, type RunRecord } from "@/lib/db/repositories/runs";
import type { Reader } from "@/lib/db/types";
import { AppError } from "@/lib/errors";

export const noSuchRun = (runId: string) => new AppError("not_found", `There is no run ${runId.slice(0, 100)}.`);

/** The run, unless it is unknown or deleted: then AppError `not_found` that says which of the two. */
export async function requireRun(db: Reader, runId: string): Promise<RunRecord> {
  const record = await findRun(db, runId);
  if (record === null) throw noSuchRun(runId);
  if (record.run.deletedAt !== null) {
    throw new AppError("not_found", `The run ${record.run.name} was deleted; restore it to see it again.`);
  }
  return record;
}
