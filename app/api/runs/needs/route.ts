import { z } from "zod";
import { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { getRunNeeds } from "@/lib/services/runs/get-run-needs";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({ config: z.string().min(2).max(100_000) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", "config is not valid JSON.", { cause });
  }
}

/** Memory and disk that a run of these settings will need, for the form of a new run. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  return json(await getRunNeeds(ctx, parse(RunConfig, parseJson(query.config))));
});
