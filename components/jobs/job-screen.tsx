"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { TimeAgo } from "@/components/ui/time-ago";
import type { JobView } from "@/lib/contracts/data-job";
import { isJobAtRest } from "@/lib/contracts/data-job-status";
import { type JobActions, JobButtons } from "./job-buttons";
import { jobFamily } from "./job-family";
import { JobProgress } from "./job-progress";
import { JobStatusBadge } from "./job-status-badge";
import { resultAddress } from "./result-address";
import { useJob } from "./use-job";

const LINK = "text-accent underline underline-offset-2";

/** One job as it goes on. Who watches it to its end is taken to what it made. */
export function JobScreen({ initial, actions }: { initial: JobView; actions: JobActions }) {
  const router = useRouter();
  const { job, isStale } = useJob(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const wasUnfinished = useRef(initial.status !== "completed");
  const address = job.result === null ? null : resultAddress(job.result);
  useEffect(() => {
    if (wasUnfinished.current && job.status === "completed" && address !== null) router.replace(address);
  }, [router, job.status, address]);
  const isFailed = job.status === "failed";
  return (
    <div className="flex flex-col gap-4">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="wrap-anywhere font-semibold text-[22px] tracking-tight">{job.title}</h1>
            <JobStatusBadge status={job.status} />
          </div>
          <p className="mt-1 text-text-2">
            Asked for <TimeAgo iso={job.createdAt} />
            {isStale && " · the studio does not answer; what is shown may be old"}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <JobButtons
            job={job}
            actions={actions}
            onProblem={setProblem}
            onRemoved={() => router.push(`/${jobFamily(job.kind)}`)}
          />
          {address !== null && job.result !== null && (
            <Link href={address} className={buttonClass("primary")}>
              Open {job.result.name}
            </Link>
          )}
        </div>
      </header>
      {problem !== null && (
        <Notice tone="bad" isAlert>
          {problem}
        </Notice>
      )}
      {job.error !== null && (
        <Notice
          tone={isFailed ? "bad" : "warn"}
          isAlert
          title={isFailed ? "The job failed." : "The job was interrupted."}
        >
          {job.error}
        </Notice>
      )}
      <Card>
        <JobProgress job={job} />
      </Card>
      {job.status !== "completed" && (
        <p className="text-[13px] text-text-2">
          {isJobAtRest(job.status) ? "What it had done is kept for a resume." : "It goes on when you leave this page."}{" "}
          <a href={`/api/jobs/${job.id}/log`} target="_blank" rel="noreferrer" className={LINK}>
            Log
          </a>{" "}
          ·{" "}
          <Link href={`/${jobFamily(job.kind)}`} className={LINK}>
            All {jobFamily(job.kind)}
          </Link>
        </p>
      )}
    </div>
  );
}
