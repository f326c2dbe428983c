import { rm } from "node:fs/promises";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { type DatasetRow, findDatasetByName } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "../context";
import { buildInto } from "./build-into";
import { datasetDir } from "./dataset-dir";

/** The dataset that is always there: the studio's own source. */
export const REPOSITORY_DATASET_NAME = "this-repository";

/**
 * Builds it the first time, and again when its files are gone. What is there is kept as it is, so runs on it stay
 * comparable while the source changes. Errors: those of buildDataset.
 */
export async function ensureRepositoryDataset(ctx: ServiceContext): Promise<DatasetRow> {
  const existing = await findDatasetByName(ctx.db, REPOSITORY_DATASET_NAME);
  if (existing !== null && (await hasFiles(ctx, existing))) return existing;
  const built = await buildInto(ctx, {
    name: REPOSITORY_DATASET_NAME,
    source: { kind: "folder", path: ctx.paths.repository },
    ...(existing !== null && { renameOld: (old: DatasetRow) => `${REPOSITORY_DATASET_NAME} ${old.id}` }),
  });
  if (built.inserted !== null) return built.inserted;
  // Someone else was faster.
  await rm(datasetDir(ctx, built.id), { recursive: true, force: true });
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
