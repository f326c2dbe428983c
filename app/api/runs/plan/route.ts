import { z } from "zod";
import { getPlanFacts } from "@/lib/services/runs/get-plan-facts";
import { json } from "@/lib/web/json";
import { objectiveParameter } from "@/lib/web/objective-parameter";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  dataset_name: z.string().min(1).max(200),
  model_type: z.string().min(1).max(200),
  max_seq_length: z.coerce.number().int().min(64).max(131072),
  eval_split: z.coerce.number().min(0).max(0.5),
  seed: z.coerce.number().int().min(0).max(2147483647),
  objective: objectiveParameter,
  init_adapter: z.string().max(1000).default(""),
});

/** Counted blocks and layer shapes for the form of a new run. Builds the prepared blocks if nobody has yet. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  const facts = await getPlanFacts(ctx, {
    datasetId: query.dataset_name,
    modelId: query.model_type,
    maxSeqLength: query.max_seq_length,
    evalSplit: query.eval_split,
    seed: query.seed,
    objective: query.objective,
    initAdapter: query.init_adapter,
    signal: request.signal,
  });
  return json(facts);
});
