import type { DatasetDetailView } from "@/lib/contracts/views";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";
import { getDatasetRow } from "./get-dataset-row";
import { toDatasetView } from "./to-dataset-view";

/** By id or name, with real rows from all over the dataset (long ones end in "…"). Throws `not_found`. */
export async function getDataset(
  ctx: ServiceContext,
  { datasetId }: { datasetId: string },
): Promise<DatasetDetailView> {
  const row = await getDatasetRow(ctx, datasetId);
  const { preview } = await readDatasetSummary(datasetDir(ctx, row.id));
  return { ...toDatasetView(row), preview };
}
