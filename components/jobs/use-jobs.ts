"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchJson } from "@/components/ui/fetch-json";
import type { JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import { type JobFamily, jobFamily } from "./job-family";

const KEY = ["jobs"];

/** The jobs of one screen, kept up to date; more often while one of them goes on. */
export function useJobs(initial: JobView[], family: JobFamily): { jobs: JobView[]; isStale: boolean } {
  const client = useQueryClient();
  const { data, isError } = useQuery({
    queryKey: KEY,
    queryFn: () => fetchJson<JobView[]>("/api/jobs"),
    initialData: initial,
    refetchInterval: (query) => (query.state.data?.some(({ status }) => !isJobAtRest(status)) ? 1_000 : 15_000),
  });
  // Coming back by a link: what the page brought is newer than what was kept from the last visit.
  useEffect(() => {
    client.setQueryData(KEY, initial);
  }, [client, initial]);
  return { jobs: data.filter(({ kind }) => jobFamily(kind) === family), isStale: isError };
}
