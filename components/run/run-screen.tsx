"use client";
import { WorkerNotice } from "@/components/home/worker-notice";
import { LossChart } from "@/components/run/loss-chart";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import { CheckpointList } from "./checkpoint-list";
import type { RunActions } from "./run-actions";
import { RunConfigTable } from "./run-config-table";
import { RunEndNotice } from "./run-end-notice";
import { RunFacts } from "./run-facts";
import { RunHeader } from "./run-header";
import { RunLog } from "./run-log";
import { RunNotes } from "./run-notes";
import { RunOutcome } from "./run-outcome";
import { RunProgressBar } from "./run-progress-bar";
import { Samples } from "./samples";
import { SmallCharts } from "./small-charts";
import { useRefreshWhenGone } from "./use-refresh-when-gone";
import { useRunStream } from "./use-run-stream";

export interface RunScreenProps {
  initial: RunSnapshot;
  /** What was said before the start that it would need; null where that can't be told any more. */
  estimatedPeakBytes: number | null;
  actions: RunActions;
}

export function RunScreen({ initial, estimatedPeakBytes, actions }: RunScreenProps) {
  const { snapshot, connection, isGone } = useRunStream(initial);
  useRefreshWhenGone(isGone);
  const { run, metrics, samples, checkpoints, log } = snapshot;
  return (
    <div className="flex flex-col gap-4">
      <RunHeader run={run} connection={connection} actions={actions} />
      {run.status === "queued" && <WorkerNotice />}
      <RunEndNotice run={run} />
      {run.status === "completed" && <RunOutcome run={run} />}
      <RunProgressBar snapshot={snapshot} />
      <RunFacts run={run} metrics={metrics} estimatedPeakBytes={estimatedPeakBytes} />
      <LossChart metrics={metrics} evalTokens={run.evalTokens} />
      <Samples samples={samples} status={run.status} />
      <SmallCharts metrics={metrics} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <RunLog runId={run.id} lines={log} />
        <div className="flex min-w-0 flex-col gap-4">
          <RunNotes run={run} update={actions.update} />
          <CheckpointList checkpoints={checkpoints} status={run.status} />
        </div>
      </div>
      <RunConfigTable config={run.config} datasetId={run.datasetId} />
    </div>
  );
}
