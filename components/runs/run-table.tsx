import Link from "next/link";
import { Sparkline } from "@/components/charts/sparkline";
import { formatCount, formatLoss } from "@/components/ui/format";
import { ListTable } from "@/components/ui/list-table";
import { ProgressBar } from "@/components/ui/progress-bar";
import { TimeAgo } from "@/components/ui/time-ago";
import { isFinal } from "@/lib/contracts/run-status";
import type { RunListView, RunView } from "@/lib/contracts/views";
import { LossChange } from "./loss-change";
import { RunDuration } from "./run-duration";
import { StatusBadge } from "./status-badge";
import { TagChip } from "./tag-chip";

const HEADINGS = ["Run", "Status", "Progress", "Train loss", "Held-out loss", "Duration"];

export function RunTable({ runs }: { runs: RunListView[] }) {
  return (
    <ListTable headings={HEADINGS}>
      {runs.map((run) => (
        <RunTableRow key={run.id} run={run} />
      ))}
    </ListTable>
  );
}

function RunTableRow({ run }: { run: RunListView }) {
  return (
    <tr className="relative border-b last:border-b-0 hover:bg-surface-2">
      <td className="max-w-[280px] px-4 py-2.5">
        {/* The link covers the row, so the whole row can be pressed while there is one link for a keyboard. */}
        <Link href={`/runs/${run.id}`} className="block truncate font-medium after:absolute after:inset-0">
          {run.name}
        </Link>
        <p className="truncate text-[12px] text-text-3">
          {run.config.model_type} on {run.datasetName} · <TimeAgo iso={run.createdAt} />
        </p>
        {run.tags.length > 0 && (
          <ul aria-label="Tags" className="mt-1 flex flex-wrap gap-1">
            {run.tags.map((tag) => (
              <TagChip key={tag} tag={tag} />
            ))}
          </ul>
        )}
        {/* On a phone one cell says it all. */}
        <div className="tabular mt-2 flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 sm:hidden">
          <StatusBadge status={run.status} cause={run.exitCause} />
          <LossChange before={run.evalLossBefore} after={run.evalLossAfter} />
          <div className="w-full">
            <RunProgress run={run} />
          </div>
        </div>
      </td>
      <td className="max-sm:hidden px-4 py-2.5">
        <StatusBadge status={run.status} cause={run.exitCause} />
      </td>
      <td className="max-sm:hidden tabular px-4 py-2.5">
        <RunProgress run={run} />
      </td>
      <td className="max-sm:hidden px-4 py-2.5">
        <Sparkline values={run.sparkline} label={`Train loss, now ${formatLoss(run.trainLoss)}`} />
      </td>
      <td className="max-sm:hidden tabular whitespace-nowrap px-4 py-2.5">
        <LossChange before={run.evalLossBefore} after={run.evalLossAfter} />
      </td>
      <td className="max-sm:hidden tabular whitespace-nowrap px-4 py-2.5 text-text-2">
        <RunDuration run={run} />
      </td>
    </tr>
  );
}

function RunProgress({ run }: { run: RunView }) {
  if (run.status === "queued") {
    return <span className="text-text-3">{run.queuePosition ? `${run.queuePosition} ahead` : "next"}</span>;
  }
  const fraction = run.totalSteps ? run.step / run.totalSteps : run.status === "completed" ? 1 : null;
  const tone =
    run.status === "completed" ? "good" : run.status === "failed" ? "bad" : isFinal(run.status) ? "muted" : "accent";
  return (
    <div className="sm:w-28">
      <p className="mb-1 text-[12px] text-text-2">
        {run.totalSteps === null ? "–" : `${formatCount(run.step)} / ${formatCount(run.totalSteps)} steps`}
      </p>
      <ProgressBar label={`Progress of ${run.name}`} fraction={fraction ?? 0} tone={tone} />
    </div>
  );
}
