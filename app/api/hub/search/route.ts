import { HubSearchQuery } from "@/lib/contracts/hub";
import { searchHub } from "@/lib/services/hub/search-hub";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

/** `?type=dataset|model&text=…` and the filters of HubSearchQuery → a page of repositories. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(HubSearchQuery, Object.fromEntries(new URL(request.url).searchParams));
  return json(await searchHub(ctx, query, request.signal));
});
