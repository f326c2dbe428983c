import { deleteDataset } from "@/lib/services/datasets/delete-dataset";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

export const GET = route<{ datasetId: string }>(async ({ ctx, params }) =>
  json(await getDataset(ctx, { datasetId: params.datasetId })),
);

/** For good: its files go too. → what it was. */
export const DELETE = route<{ datasetId: string }>(async ({ ctx, params }) =>
  json(await deleteDataset(ctx, { datasetId: params.datasetId })),
);
