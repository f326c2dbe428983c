"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { fetchJson } from "@/components/ui/fetch-json";
import type { HubRepoSummary, HubRepoType, HubSearchPage } from "@/lib/contracts/hub";
import type { SearchFilters } from "./search-filters";

export interface HubSearch {
  repos: HubRepoSummary[];
  isBusy: boolean;
  /** What went wrong, in a sentence; null when nothing did. */
  problem: string | null;
  hasMore: boolean;
  more(): void;
  again(): void;
}

/** Pages of a search; nothing is asked before `filters` are there. */
export function useHubSearch(type: HubRepoType, filters: SearchFilters | null): HubSearch {
  const query = useInfiniteQuery({
    queryKey: ["hub-search", type, filters],
    enabled: filters !== null,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const given = Object.entries(filters ?? {}).filter(([, value]) => value.trim() !== "");
      const parameters = new URLSearchParams({
        ...Object.fromEntries(given),
        type,
        ...(pageParam && { cursor: pageParam }),
      });
      return fetchJson<HubSearchPage>(`/api/hub/search?${parameters}`, { signal });
    },
    getNextPageParam: (page: HubSearchPage) => page.nextCursor,
    retry: false,
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
  return {
    repos: query.data?.pages.flatMap(({ repos }) => repos) ?? [],
    isBusy: query.isFetching,
    problem: query.error?.message ?? null,
    hasMore: query.hasNextPage,
    more: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  };
}
