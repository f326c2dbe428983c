import { DataJobProgress, DataJobSpec, type JobView } from "@/lib/contracts/data-job";
import { ACTIVE_JOB_STATUSES } from "@/lib/contracts/data-job-status";
import { LOST_JOB_MESSAGE } from "@/lib/db/repositories/data-job-leases";
import type { DataJobRow } from "@/lib/db/repositories/data-jobs";

/** A job whose worker stopped renewing its lease shows as interrupted at once; a worker will write that down. */
export function toJobView(row: DataJobRow, now: Date): JobView {
  const isActive = ACTIVE_JOB_STATUSES.some((active) => active === row.status);
  const isLost = isActive && row.leaseExpiresAt !== null && row.leaseExpiresAt < now;
  const spec = DataJobSpec.parse(row.spec);
  return {
    id: row.id,
    kind: spec.kind,
    title: row.title,
    status: isLost ? "interrupted" : row.status,
    spec,
    progress: DataJobProgress.nullable().parse(row.progress),
    result: row.result,
    error: isLost ? LOST_JOB_MESSAGE : row.error,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: (isLost ? row.leaseExpiresAt : row.endedAt)?.toISOString() ?? null,
  };
}
