import { REPOSITORY_DATASET_NAME } from "@/lib/contracts/dataset-name";
import { type DatasetRow, findDataset } from "@/lib/db/repositories/datasets";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { ensureRepositoryDataset } from "./ensure-repository-dataset";

/**
 * By id or name. The dataset that is always there is built when someone asks for it and nobody has yet.
 * Throws `not_found`, or what building says.
 */
export async function getDatasetRow(ctx: ServiceContext, idOrName: string): Promise<DatasetRow> {
  if (idOrName === REPOSITORY_DATASET_NAME) return ensureRepositoryDataset(ctx);
  const row = await findDataset(ctx.db, idOrName);
  if (row === null) {
    throw new AppError("not_found", `There is no dataset ${idOrName.slice(0, 200)}; add it under Datasets first.`);
  }
  return row;
}
