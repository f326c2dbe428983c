import type { HubSearchPage, HubSearchQuery } from "@/lib/contracts/hub";
import { searchRepos } from "@/lib/hub/search-repos";
import type { ServiceContext } from "../context";
import { hubOf } from "./hub-of";

/** One page of what the Hub finds. Throws AppError `unavailable` when it can't be asked. */
export const searchHub = (ctx: ServiceContext, query: HubSearchQuery, signal?: AbortSignal): Promise<HubSearchPage> =>
  searchRepos(hubOf(ctx), query, signal);
