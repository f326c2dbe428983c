"use client";
import { useQueryClient } from "@tanstack/react-query";
import { Copy, Play, Square } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { StatusBadge } from "@/components/runs/status-badge";
import { Button, buttonClass } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { TimeAgo } from "@/components/ui/time-ago";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import type { RunView } from "@/lib/contracts/views";
import { ConnectionState } from "./connection-state";
import { type Connection, snapshotKey } from "./use-run-stream";

type RunAction = (input: { runId: string }) => Promise<ActionResult<RunView>>;
export interface RunActions {
  stop: RunAction;
  resume: RunAction;
}

export interface RunHeaderProps {
  run: RunView;
  connection: Connection;
  actions: RunActions;
}

export function RunHeader({ run, connection, actions }: RunHeaderProps) {
  const client = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const call = async (action: RunAction) => {
    setIsBusy(true);
    setProblem(null);
    const result = await action({ runId: run.id }).catch(() => null);
    if (result?.ok) {
      client.setQueryData<RunSnapshot>(snapshotKey(run.id), (known) => known && { ...known, run: result.data });
    } else {
      setProblem(result?.message ?? "The studio can't be reached; check that it still runs and press again.");
    }
    setIsBusy(false);
  };
  const canStop = ["queued", "preparing", "running"].includes(run.status);
  const canResume = ["stopped", "interrupted", "failed"].includes(run.status);
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="break-words font-semibold text-[20px] leading-7 tracking-tight">{run.name}</h1>
            <StatusBadge status={run.status} cause={run.exitCause} />
            <ConnectionState connection={connection} />
          </div>
          <p className="mt-1 text-text-2">
            {run.config.method === "full" ? "Full fine-tune" : "LoRA"} of {run.config.model_type} on{" "}
            <Link
              href={`/datasets/${encodeURIComponent(run.config.dataset_name)}`}
              className="text-accent underline underline-offset-2"
            >
              {run.datasetName}
            </Link>{" "}
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
        </div>
      </div>
      {problem !== null && (
        <Notice tone="bad" isAlert>
          {problem}
        </Notice>
      )}
    </header>
  );
}
