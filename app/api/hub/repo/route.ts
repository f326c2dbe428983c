import { HubRepoQuery } from "@/lib/contracts/hub";
import { getHubRepo } from "@/lib/services/hub/get-hub-repo";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

/** `?type=…&repo=…&revision=…` → facts, card and access, pinned to a commit. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(HubRepoQuery, Object.fromEntries(new URL(request.url).searchParams));
  return json(await getHubRepo(ctx, query, request.signal));
});
