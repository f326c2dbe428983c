"use client";
import { useQuery } from "@tanstack/react-query";
import { cn } from "@/components/ui/cn";
import { fetchJson } from "@/components/ui/fetch-json";
import { formatDuration } from "@/components/ui/format";
import type { HealthView } from "@/lib/contracts/views";

export function useHealth(initial?: HealthView) {
  return useQuery({
    queryKey: ["health"],
    queryFn: () => fetchJson<HealthView>("/api/health"),
    ...(initial && { initialData: initial }),
    refetchInterval: 10_000,
  });
}

/** `degraded` says that pages work and nobody trains. */
export const hasWorker = (health: HealthView): boolean => health.status === "ok";

function stateOf(health: HealthView | undefined, isUnreachable: boolean): { text: string; isGood: boolean } {
  if (isUnreachable || health === undefined) return { text: "Server not reachable", isGood: false };
  if (hasWorker(health)) return { text: "Worker ready", isGood: true };
  if (health.workerHeartbeatAgeMs === null) return { text: "No worker yet", isGood: false };
  return { text: `Worker silent for ${formatDuration(health.workerHeartbeatAgeMs)}`, isGood: false };
}

export function SystemState({ initial }: { initial: HealthView }) {
  const { data, isError } = useHealth(initial);
  const { text, isGood } = stateOf(data, isError);
  const database = data?.database === "postgres" ? "Postgres" : "libSQL";
  return (
    <p
      className="flex min-w-0 items-center gap-2 text-[12px] text-text-3"
      title={`Version ${data?.version}, database ${database}`}
    >
      <span aria-hidden className={cn("size-2 shrink-0 rounded-full", isGood ? "bg-good" : "border-2 border-warn")} />
      <span className="truncate">
        {text}
        <span className="max-md:hidden"> · {database}</span>
      </span>
    </p>
  );
}
