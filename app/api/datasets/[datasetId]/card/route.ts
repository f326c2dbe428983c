import { AppError } from "@/lib/errors";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { route } from "@/lib/web/route";

/** The data card as a file. */
export const GET = route<{ datasetId: string }>(async ({ ctx, params }) => {
  const { card } = await getDatasetReport(ctx, { datasetId: params.datasetId });
  if (card === null) throw new AppError("not_found", "This dataset was made without a data card.");
  return new Response(card, {
    headers: {
      "Content-Type": "text/markdown; charset=utf-8",
      "Content-Disposition": 'attachment; filename="README.md"',
      "Cache-Control": "no-store",
    },
  });
});
