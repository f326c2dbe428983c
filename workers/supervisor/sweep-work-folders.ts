import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import { idSchema } from "@/lib/contracts/ids";
import { findDataJob } from "@/lib/db/repositories/data-jobs";
import type { ServiceContext } from "@/lib/services/context";

const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const JobId = idSchema("job");

/** Work that nobody resumed within a week makes room; such a job then begins anew. Orders and logs stay. */
export async function sweepWorkFolders(ctx: ServiceContext): Promise<void> {
  const before = ctx.now().getTime() - KEPT_MS;
  for (const name of await readdir(ctx.paths.jobs).catch(() => [])) {
    if (!JobId.safeParse(name).success) continue;
    const job = await findDataJob(ctx.db, name);
    const isForgotten =
      job !== null && isJobAtRest(job.status) && job.endedAt !== null && job.endedAt.getTime() < before;
    if (isForgotten) await rm(join(ctx.paths.jobs, name, "work"), { recursive: true, force: true });
  }
}
