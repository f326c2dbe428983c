import { type DatasetRow, findDatasetByName, insertDataset, type NewDataset } from "@/lib/db/repositories/datasets";
import type { Tx } from "@/lib/db/types";

/**
 * Lists a dataset whose files are there already: as the next version of its name, unless the newest version has the very
 * same content; then that row, whose id is another one, and the new files are superfluous. Throws the driver's unique violation when
 * someone else took the version meanwhile; then try again.
 */
export async function registerDataset(tx: Tx, dataset: NewDataset): Promise<DatasetRow> {
  const newest = await findDatasetByName(tx, dataset.name);
  if (newest?.contentHash === dataset.contentHash) return newest;
  return insertDataset(tx, dataset);
}
