import { getDataset } from "@/lib/services/datasets/get-dataset";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

export const GET = route<{ datasetId: string }>(async ({ ctx, params }) =>
  json(await getDataset(ctx, { datasetId: params.datasetId })),
);
