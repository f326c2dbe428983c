"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { Card } from "@/components/ui/card";
import type { JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import type { JobActions } from "./job-buttons";
import type { JobFamily } from "./job-family";
import { JobRow } from "./job-row";
import { useJobs } from "./use-jobs";

export interface JobPanelProps {
  /** All kinds, as the page found them. */
  initial: JobView[];
  family: JobFamily;
  actions: JobActions;
}

const SHOWN_ENDED = 3;

/** What waits and goes on, and what was given up lately. Absent when there is neither; a job that is done is on the list below. */
export function JobPanel({ initial, family, actions }: JobPanelProps) {
  const router = useRouter();
  const { jobs, isStale } = useJobs(initial, family);
  const unfinished = jobs.filter(({ status }) => !isJobAtRest(status));
  const givenUp = jobs.filter(({ status }) => isJobAtRest(status) && status !== "completed");
  const completed = jobs.filter(({ status }) => status === "completed").length;
  const known = useRef(completed);
  useEffect(() => {
    // What it made belongs on the page.
    if (completed !== known.current) router.refresh();
    known.current = completed;
  }, [router, completed]);
  if (unfinished.length + givenUp.length === 0) return null;
  return (
    <Card
      title={unfinished.length > 0 ? "At work" : "Given up"}
      aside={isStale ? <span className="text-[12px] text-warn">The studio does not answer</span> : undefined}
      isFlush
      className="mb-4"
    >
      <ul data-testid="jobs">
        {[...unfinished, ...givenUp.slice(0, SHOWN_ENDED)].map((job) => (
          <JobRow key={job.id} job={job} actions={actions} />
        ))}
      </ul>
      {givenUp.length > SHOWN_ENDED && (
        <details className="border-t">
          <summary className="cursor-pointer px-4 py-2.5 text-[13px] text-text-2">
            {givenUp.length - SHOWN_ENDED} earlier {givenUp.length - SHOWN_ENDED === 1 ? "job" : "jobs"}
          </summary>
          <ul>
            {givenUp.slice(SHOWN_ENDED).map((job) => (
              <JobRow key={job.id} job={job} actions={actions} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
