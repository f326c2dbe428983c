import type { JobView } from "@/lib/contracts/data-job";
import { listDataJobs } from "@/lib/db/repositories/data-jobs";
import type { ServiceContext } from "../context";
import { toJobView } from "./to-job-view";

/** What waits or goes on first, then the newest. */
export async function listJobs(ctx: ServiceContext, { limit = 50 }: { limit?: number } = {}): Promise<JobView[]> {
  const now = ctx.now();
  return (await listDataJobs(ctx.db, { limit })).map((row) => toJobView(row, now));
}
