import { AppError } from "@/lib/errors";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

export const GET = route<{ datasetId: string }>(async ({ ctx, params }) => {
  const { report } = await getDatasetReport(ctx, { datasetId: params.datasetId });
  if (report === null) throw new AppError("not_found", "This dataset was made without a report.");
  return json(report);
});
