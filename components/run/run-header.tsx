"use client";
import { Copy, Play, Square } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { StatusBadge } from "@/components/runs/status-badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { TimeAgo } from "@/components/ui/time-ago";
import type { RunView } from "@/lib/contracts/views";
import { ConnectionState } from "./connection-state";
import { DeleteRunButton, whyNotDelete } from "./delete-run-button";
import type { RunAction, RunActions } from "./run-actions";
import { RunName } from "./run-name";
import { RunTags } from "./run-tags";
import { useRunCall } from "./use-run-call";
import type { Connection } from "./use-run-stream";

export interface RunHeaderProps {
  run: RunView;
  connection: Connection;
  actions: RunActions;
}

export function RunHeader({ run, connection, actions }: RunHeaderProps) {
  const show = useRunCall(run.id);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asksWhy, setAsksWhy] = useState(false);
  const refusal = whyNotDelete(run.status);
  const call = async (action: RunAction) => {
    setIsBusy(true);
    const failure = await show(action({ runId: run.id }));
    setProblem(failure?.message ?? null);
    setIsBusy(false);
  };
  const canStop = ["queued", "preparing", "running"].includes(run.status);
  const canResume = ["stopped", "interrupted", "failed"].includes(run.status);
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <RunName run={run} update={actions.update} />
            <StatusBadge status={run.status} cause={run.exitCause} />
            <ConnectionState connection={connection} />
          </div>
          <p className="mt-1 text-text-2">
            {run.config.method === "full" ? "Full fine-tune" : "LoRA"} of {run.config.model_type} on{" "}
            {run.datasetId === null ? (
              `${run.datasetName} (deleted)`
            ) : (
              <Link href={`/datasets/${run.datasetId}`} className="text-accent underline underline-offset-2">
                {run.datasetName}
              </Link>
            )}{" "}
            · created <TimeAgo iso={run.createdAt} />
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {canStop && (
            <Button variant="danger" onClick={() => call(actions.stop)} disabled={isBusy}>
              <Square aria-hidden className="size-3.5" /> Stop
            </Button>
          )}
          {run.status === "stopping" && (
            <Button variant="danger" disabled>
              <Square aria-hidden className="size-3.5" /> Stopping after this step…
            </Button>
          )}
          {canResume && (
            <Button variant="primary" onClick={() => call(actions.resume)} disabled={isBusy}>
              <Play aria-hidden className="size-3.5" /> Resume
            </Button>
          )}
          <Link href={`/runs/new?from=${run.id}`} className={buttonClass("secondary")}>
            <Copy aria-hidden className="size-3.5" /> Same settings again
          </Link>
          <DeleteRunButton run={run} remove={actions.remove} onProblem={setProblem} onRefuse={() => setAsksWhy(true)} />
        </div>
      </div>
      <RunTags run={run} update={actions.update} />
      {asksWhy && refusal !== null && (
        <Notice tone="info" isAlert>
          {refusal}
        </Notice>
      )}
      {problem !== null && (
        <Notice tone="bad" isAlert>
          {problem}
        </Notice>
      )}
    </header>
  );
}
