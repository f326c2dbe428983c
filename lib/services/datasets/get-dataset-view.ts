import type { DatasetView } from "@/lib/contracts/views";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "./get-dataset-row";
import { toDatasetView } from "./to-dataset-view";

/** What is listed of it, whether its files are there or not. By id, name or name@version. Throws `not_found`. */
export async function getDatasetView(ctx: ServiceContext, { datasetId }: { datasetId: string }): Promise<DatasetView> {
  return toDatasetView(await getDatasetRow(ctx, datasetId));
}
