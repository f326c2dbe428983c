import { formatBytes, formatCount } from "@/components/ui/format";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { JobView } from "@/lib/contracts/data-job";

const TONES = {
  queued: "muted",
  running: "accent",
  cancelling: "muted",
  completed: "good",
  failed: "bad",
  cancelled: "muted",
  interrupted: "muted",
} as const;

/** What is done of what: "Reading files · 1,200 of 4,000 files". */
export function describeProgress({ status, progress }: JobView): string {
  if (progress === null) {
    if (status === "queued") return "Waiting for a worker";
    return status === "running" ? "Starting" : "";
  }
  const { stage, done, total, unit } = progress;
  const amount = (value: number) => (unit === "bytes" ? formatBytes(value) : formatCount(value));
  return `${stage} · ${amount(done)}${total === null ? "" : ` of ${amount(total)}`}${unit === "bytes" ? "" : ` ${unit}`}`;
}

export function JobProgress({ job }: { job: JobView }) {
  const { progress, status, title } = job;
  const share = progress?.total ? progress.done / progress.total : null;
  const isMoving = status === "running" || status === "cancelling";
  return (
    <div className="flex flex-col gap-1.5">
      <ProgressBar
        label={`Progress of ${title}`}
        fraction={status === "completed" ? 1 : isMoving ? share : (share ?? 0)}
        tone={TONES[status]}
      />
      <p className="tabular min-h-5 text-[13px] text-text-2" data-testid="job-progress">
        {status === "completed" ? "Done" : describeProgress(job)}
      </p>
    </div>
  );
}
