import { z } from "zod";
import { compareTokenizers } from "@/lib/services/tokenizers/compare-tokenizers";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  dataset: z.string().min(1, "choose a dataset").max(250),
  tokenizers: z.array(z.string().min(1).max(250)).min(1, "choose a tokenizer").max(20),
});

/** `?dataset=…&tokenizer=…&tokenizer=…` → tokens by language and vocabularies in common. */
export const GET = route(async ({ ctx, request }) => {
  const { searchParams } = new URL(request.url);
  const asked = { dataset: searchParams.get("dataset") ?? "", tokenizers: searchParams.getAll("tokenizer") };
  return json(await compareTokenizers(ctx, parse(Query, asked)));
});
