import type { JobView } from "@/lib/contracts/data-job";
import { type DataJobRow, findDataJob } from "@/lib/db/repositories/data-jobs";
import type { Reader } from "@/lib/db/types";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { toJobView } from "./to-job-view";

/** Throws AppError `not_found`. */
export async function getJob(ctx: ServiceContext, { jobId }: { jobId: string }): Promise<JobView> {
  return toJobView(await requireJob(ctx.db, jobId), ctx.now());
}

/** Throws AppError `not_found`. */
export async function requireJob(db: Reader, jobId: string): Promise<DataJobRow> {
  const row = await findDataJob(db, jobId);
  if (row === null) throw new AppError("not_found", `There is no job ${jobId.slice(0, 100)}.`);
  return row;
}
