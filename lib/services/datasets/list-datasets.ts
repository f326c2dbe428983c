import type { DatasetView } from "@/lib/contracts/views";
import { listDatasets as listRows } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "../context";
import { toDatasetView } from "./to-dataset-view";

/** Newest first. */
export async function listDatasets(ctx: ServiceContext): Promise<DatasetView[]> {
  return (await listRows(ctx.db)).map(toDatasetView);
}
