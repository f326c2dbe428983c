import { REPOSITORY_DATASET_NAME, versionedName } from "@/lib/contracts/dataset-name";
import type { DatasetView } from "@/lib/contracts/views";
import { removeFolder } from "@/lib/datasets/write-folder";
import { deleteDatasetRow, findDataset } from "@/lib/db/repositories/datasets";
import { listUnfinishedRunNames } from "@/lib/db/repositories/runs";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";
import { toDatasetView } from "./to-dataset-view";

/**
 * Removes one version of a dataset with its files, for good. Runs that were trained on it stay, with their adapters; so do datasets
 * that were made from it. By id, name or name@version; returns what it was. Throws `not_found`, or `conflict` while a run
 * needs it.
 */
export async function deleteDataset(ctx: ServiceContext, { datasetId }: { datasetId: string }): Promise<DatasetView> {
  const row = await ctx.db.transaction(async (tx) => {
    const found = await findDataset(tx, datasetId);
    if (found === null) throw new AppError("not_found", `There is no dataset ${datasetId.slice(0, 200)}.`);
    if (found.name === REPOSITORY_DATASET_NAME)
      throw new AppError("conflict", "The studio’s own source is always there; it can't be deleted.");
    const [run, ...others] = await listUnfinishedRunNames(tx, found.id);
    if (run !== undefined) {
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      throw new AppError("conflict", `${versionedName(found)} is needed by the run ${run}${more}; stop it first.`);
    }
    await deleteDatasetRow(tx, found.id);
    return found;
  });
  await removeFolder(datasetDir(ctx, row.id));
  return toDatasetView(row);
}
