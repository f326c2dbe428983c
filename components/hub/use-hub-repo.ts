"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/components/ui/fetch-json";
import type { HubRepoDetail, HubRepoType, HubRowsView } from "@/lib/contracts/hub";

const ONCE = { retry: false, refetchOnWindowFocus: false, staleTime: 300_000 } as const;

export const useHubRepo = (type: HubRepoType, repo: string, revision: string) =>
  useQuery({
    queryKey: ["hub-repo", type, repo, revision],
    queryFn: ({ signal }) =>
      fetchJson<HubRepoDetail>(`/api/hub/repo?${new URLSearchParams({ type, repo, revision })}`, { signal }),
    ...ONCE,
  });

export interface RowsPlace {
  repo: string;
  revision: string;
  config?: string;
  split?: string;
}

/** Not asked while `isOn` is false: where it is known that the answer would be a refusal. */
export const useHubRows = (place: RowsPlace, isOn: boolean) =>
  useQuery({
    queryKey: ["hub-rows", place],
    queryFn: ({ signal }) => fetchJson<HubRowsView>(`/api/hub/rows?${new URLSearchParams({ ...place })}`, { signal }),
    enabled: isOn,
    placeholderData: keepPreviousData,
    ...ONCE,
  });
