"use client";
import Link from "next/link";
import { useState } from "react";
import { TimeAgo } from "@/components/ui/time-ago";
import type { JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import { type JobActions, JobButtons } from "./job-buttons";
import { JobProgress } from "./job-progress";
import { JobStatusBadge } from "./job-status-badge";

/** One job in a list. */
export function JobRow({ job, actions }: { job: JobView; actions: JobActions }) {
  const [problem, setProblem] = useState<string | null>(null);
  const said = problem ?? job.error;
  return (
    <li className="grid gap-x-6 gap-y-2 border-b px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
      <div className="min-w-0">
        <p className="mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
          <Link
            href={`/datasets/jobs/${job.id}`}
            className="min-w-0 truncate font-medium text-[13px] underline-offset-2 hover:underline"
          >
            {job.title}
          </Link>
          <JobStatusBadge status={job.status} />
          <span className="text-[12px] text-text-3">
            <TimeAgo iso={job.endedAt ?? job.startedAt ?? job.createdAt} />
          </span>
        </p>
        {isJobAtRest(job.status) ? null : <JobProgress job={job} />}
        {said !== null && (
          <p className="wrap-anywhere text-[13px] text-bad" role={problem === null ? undefined : "alert"}>
            {said}
          </p>
        )}
      </div>
      <JobButtons job={job} actions={actions} size="sm" onProblem={setProblem} />
    </li>
  );
}
