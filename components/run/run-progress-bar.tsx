import { RunDuration } from "@/components/runs/run-duration";
import { formatCount, formatDuration } from "@/components/ui/format";
import { ProgressBar } from "@/components/ui/progress-bar";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import { isFinal } from "@/lib/contracts/run-status";
import { timeLeft } from "./time-left";

const PHASES: Record<string, string> = {
  loading: "Loading model and data",
  training: "Training",
  evaluating: "Measuring the loss on held-out files",
  saving: "Writing the checkpoint",
};

function headlineOf({ run, progress }: RunSnapshot): string {
  switch (run.status) {
    case "queued":
      return run.queuePosition
        ? `Waiting for ${run.queuePosition} other ${run.queuePosition === 1 ? "run" : "runs"}`
        : "Waiting for a worker";
    case "preparing":
      return progress === null ? "Preparing: reading and tokenizing the data" : (PHASES[progress.phase] ?? "Preparing");
    case "stopping":
      return "Finishing this step and writing a checkpoint";
    case "running":
      return PHASES[progress?.phase ?? "training"] ?? "Training";
    case "completed":
      return run.totalSteps !== null && run.step < run.totalSteps ? "Done, ended early" : "Done";
    case "failed":
    case "stopped":
    case "interrupted":
      return "Not finished";
    default:
      return run.status satisfies never;
  }
}

export function RunProgressBar({ snapshot }: { snapshot: RunSnapshot }) {
  const { run, metrics, progress } = snapshot;
  const isOver = isFinal(run.status);
  const left = run.status === "running" ? timeLeft(metrics, run.totalSteps) : null;
  const tone = run.status === "completed" ? "good" : run.status === "failed" ? "bad" : isOver ? "muted" : "accent";
  const fraction = run.totalSteps ? run.step / run.totalSteps : isOver || run.status === "queued" ? 0 : null;
  return (
    <section aria-label="Progress" className="rounded-box border bg-surface px-4 py-3">
      <div className="tabular mb-2 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="font-medium">
          {headlineOf(snapshot)}
          {progress !== null && !isOver && progress.phase !== "training" && progress.total > 1 && (
            <span className="ml-2 font-normal text-[12px] text-text-3">
              {formatCount(progress.done)} of {formatCount(progress.total)}
            </span>
          )}
        </p>
        <p className="flex flex-wrap gap-x-4 text-[13px] text-text-2">
          {run.totalSteps !== null && (
            <span data-testid="step">
              step {formatCount(run.step)} / {formatCount(run.totalSteps)}
            </span>
          )}
          {run.totalSteps !== null && <span>epoch {run.epoch.toFixed(2)}</span>}
          {(run.activeSince !== null || run.activeMs > 0) && (
            <span>
              <RunDuration run={run} /> {isOver ? "in all" : "so far"}
            </span>
          )}
          {left !== null && <span data-testid="eta">about {formatDuration(left)} left</span>}
        </p>
      </div>
      <ProgressBar label="Steps done" fraction={fraction} tone={tone} className="h-2" />
    </section>
  );
}
