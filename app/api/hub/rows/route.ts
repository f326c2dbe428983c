import { HubRowsQuery } from "@/lib/contracts/hub";
import { getHubRows } from "@/lib/services/hub/get-hub-rows";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

/** `?repo=…&config=…&split=…` → the splits, the columns and the first rows. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(HubRowsQuery, Object.fromEntries(new URL(request.url).searchParams));
  return json(await getHubRows(ctx, query, request.signal));
});
