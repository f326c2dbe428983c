"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchJson } from "@/components/ui/fetch-json";
import { isFinal } from "@/lib/contracts/run-status";
import type { RunListView } from "@/lib/contracts/views";

/** The newest runs, kept up to date; more often while one of them goes on. `initial` comes in the same order. */
export function useRunList(initial: RunListView[], limit: number, unfinishedFirst = false): RunListView[] {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ["runs", limit],
    queryFn: () =>
      fetchJson<RunListView[]>(
        `/api/runs?${new URLSearchParams({ limit: String(limit), unfinishedFirst: String(unfinishedFirst) })}`,
      ),
    initialData: initial,
    refetchInterval: (query) => (query.state.data?.some(({ status }) => !isFinal(status)) ? 2_000 : 15_000),
  });
  // Coming back by a link: what the page brought is newer than what was kept from the last visit.
  useEffect(() => {
    client.setQueryData(["runs", limit], initial);
  }, [client, limit, initial]);
  return data;
}
