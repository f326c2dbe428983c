"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { cn } from "@/components/ui/cn";
import { fetchJson } from "@/components/ui/fetch-json";
import { TimeAgo } from "@/components/ui/time-ago";
import type { RunListView, WorkerView } from "@/lib/contracts/views";

const REFETCH_MS = 5_000;

export interface WorkerLineProps {
  initial: WorkerView[];
  /** To call the run that a worker trains by its name, and to say which device was really used. */
  runs: RunListView[];
}

/** Who does the work, on what, and what they are doing. Without any the notice above says how to start one. */
export function WorkerLine({ initial, runs }: WorkerLineProps) {
  const { data: workers } = useQuery({
    queryKey: ["workers"],
    queryFn: () => fetchJson<WorkerView[]>("/api/workers"),
    initialData: initial,
    refetchInterval: REFETCH_MS,
  });
  if (workers.length === 0) return null;
  return (
    <ul aria-label="Workers" className="mb-4 flex flex-col gap-1 px-1 text-[13px] text-text-2">
      {workers.map((worker) => (
        <li key={worker.id} data-testid="worker" className="flex items-baseline gap-2">
          <span
            aria-hidden
            className={cn("size-2 shrink-0 rounded-full", worker.isAlive ? "bg-good" : "border-2 border-warn")}
          />
          <span className="min-w-0 break-words">
            Worker on <span className="font-medium text-text">{worker.hostname}</span> · {deviceOf(worker, runs)} ·{" "}
            <WorkerState worker={worker} runs={runs} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function WorkerState({ worker, runs }: { worker: WorkerView; runs: RunListView[] }) {
  if (!worker.isAlive) {
    return (
      <span className="text-warn">
        silent, last heard of <TimeAgo iso={worker.heartbeatAt} />
      </span>
    );
  }
  if (worker.currentRunId === null) return <span>ready for the next run</span>;
  const name = runs.find(({ id }) => id === worker.currentRunId)?.name ?? "a run";
  return (
    <span>
      training{" "}
      <Link href={`/runs/${worker.currentRunId}`} className="text-accent underline underline-offset-2">
        {name}
      </Link>
    </span>
  );
}

function deviceOf(worker: WorkerView, runs: RunListView[]): string {
  if (worker.device !== "auto") return `device ${worker.device}`;
  const current = runs.find(({ id }) => id === worker.currentRunId)?.device;
  if (current) return `device ${current}`;
  const last = runs.find(({ device }) => device !== null)?.device;
  return last ? `last run on device ${last}` : "device auto, the fastest that opens";
}
