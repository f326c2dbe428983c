import { z } from "zod";
import { getMaskBlock } from "@/lib/services/datasets/get-mask-block";
import { json } from "@/lib/web/json";
import { objectiveParameter } from "@/lib/web/objective-parameter";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  model: z.string().min(1).max(200),
  length: z.coerce.number().int().min(64).max(131072),
  evalSplit: z.coerce.number().min(0).max(0.5).default(0.1),
  seed: z.coerce.number().int().min(0).max(2147483647).default(42),
  objective: objectiveParameter,
  split: z.enum(["train", "eval"]).default("train"),
  /** Absent: the first block that shows what the objective does. */
  index: z.coerce.number().int().min(0).nullable().default(null),
});

/** One prepared block, token by token, as the trainer sees it. */
export const GET = route<{ datasetId: string }>(async ({ ctx, request, params }) => {
  const { model, length, ...rest } = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  const settings = { datasetId: params.datasetId, modelId: model, maxSeqLength: length, ...rest };
  return json(await getMaskBlock(ctx, { ...settings, signal: request.signal }));
});
