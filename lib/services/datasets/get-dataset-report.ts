import type { DatasetReport } from "@/lib/contracts/dataset-report";
import { findCard, findReport } from "@/lib/datasets/find-report";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";
import { getDatasetRow } from "./get-dataset-row";

export interface DatasetPapers {
  /** Null where the dataset was made without the steps of a build. */
  report: DatasetReport | null;
  /** The data card, Markdown. */
  card: string | null;
}

/** By id or name. Throws `not_found`, or `invalid_input` when the report is not what was written. */
export async function getDatasetReport(
  ctx: ServiceContext,
  { datasetId }: { datasetId: string },
): Promise<DatasetPapers> {
  const folder = datasetDir(ctx, (await getDatasetRow(ctx, datasetId)).id);
  const [report, card] = await Promise.all([findReport(folder), findCard(folder)]);
  return { report, card };
}
