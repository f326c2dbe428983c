import { z } from "zod";
import { getLengthHistogram } from "@/lib/services/datasets/get-length-histogram";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({ model: z.string().min(1).max(200) });

/** Token lengths of the documents with one model's tokenizer. */
export const GET = route<{ datasetId: string }>(async ({ ctx, request, params }) => {
  const { model } = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  return json(await getLengthHistogram(ctx, { datasetId: params.datasetId, modelId: model, signal: request.signal }));
});
