"use client";
import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/components/ui/fetch-json";
import type { JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";

export const jobKey = (jobId: string): [string, string] => ["job", jobId];

/** A job, looked at again and again while it waits or goes on. `isStale`: the studio did not answer the last time. */
export function useJob(initial: JobView): { job: JobView; isStale: boolean } {
  const { data, isError } = useQuery({
    queryKey: jobKey(initial.id),
    queryFn: () => fetchJson<JobView>(`/api/jobs/${initial.id}`),
    initialData: initial,
    refetchInterval: (query) => (query.state.data && isJobAtRest(query.state.data.status) ? 15_000 : 1_000),
  });
  return { job: data, isStale: isError };
}
