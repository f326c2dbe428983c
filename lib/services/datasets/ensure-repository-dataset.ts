import { rm } from "node:fs/promises";
import { REPOSITORY_DATASET_NAME } from "@/lib/contracts/dataset-name";
import { newId } from "@/lib/contracts/ids";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DatasetRow, findDatasetByName, insertDataset } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";

/**
 * The studio's own source. Built the first time, and as a new version when its files are gone: here and not by a job, since
 * it takes a second and the first run is to need nothing before it. What is there is kept as it is, so runs on it stay
 * comparable while the source changes. Errors: those of buildDataset.
 */
export async function ensureRepositoryDataset(ctx: ServiceContext): Promise<DatasetRow> {
  const before = await findDatasetByName(ctx.db, REPOSITORY_DATASET_NAME);
  if (before !== null && (await hasFiles(ctx, before))) return before;
  const createdAt = ctx.now();
  const id = newId("ds", createdAt.getTime());
  const outDir = datasetDir(ctx, id);
  const source = { kind: "folder", path: ctx.paths.repository } as const;
  const { stats, contentHash } = await buildDataset({ source, outDir });
  const row = { id, name: REPOSITORY_DATASET_NAME, source, contentHash, stats, createdAt };
  const inserted = await ctx.db
    .transaction(async (tx) => {
      const newest = await findDatasetByName(tx, REPOSITORY_DATASET_NAME);
      // Else someone was faster.
      return newest?.id === before?.id ? insertDataset(tx, row) : null;
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) return null;
      throw error;
    });
  if (inserted !== null) return inserted;
  await rm(outDir, { recursive: true, force: true });
  const theirs = await findDatasetByName(ctx.db, REPOSITORY_DATASET_NAME);
  if (theirs === null) throw new Error("the repository's dataset is neither there nor can it be inserted");
  return theirs;
}

async function hasFiles(ctx: ServiceContext, row: DatasetRow): Promise<boolean> {
  return readDatasetSummary(datasetDir(ctx, row.id)).then(
    () => true,
    () => false,
  );
}
