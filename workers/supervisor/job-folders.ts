/** @file Where a data job works, and clearing away what an attempt left unfinished. */
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DataJobRow } from "@/lib/db/repositories/data-jobs";
import { findDatasetById } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "@/lib/services/context";
import { datasetDir } from "@/lib/services/datasets/dataset-dir";

export interface JobFolders {
  jobDir: string;
  workDir: string;
  outDir: string;
  order: string;
  log: string;
  frames: string;
}

export function jobFolders(ctx: ServiceContext, { id, targetId }: Pick<DataJobRow, "id" | "targetId">): JobFolders {
  const jobDir = join(ctx.paths.jobs, id);
  return {
    jobDir,
    workDir: join(jobDir, "work"),
    outDir: datasetDir(ctx, targetId),
    order: join(jobDir, "order.json"),
    log: join(jobDir, "log.txt"),
    frames: join(jobDir, "frames.ndjson"),
  };
}

/** Removes the target's files, also half-written ones, unless a dataset is listed with them. Only while nothing writes there. */
export async function clearUnlisted(ctx: ServiceContext, job: Pick<DataJobRow, "id" | "targetId">): Promise<void> {
  if ((await findDatasetById(ctx.db, job.targetId)) !== null) return;
  const { outDir } = jobFolders(ctx, job);
  const parent = dirname(outDir);
  const unfinished = `.tmp-${basename(outDir)}-`;
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(unfinished));
  await Promise.all(
    [outDir, ...names.map((name) => join(parent, name))].map((path) => rm(path, { recursive: true, force: true })),
  );
}
