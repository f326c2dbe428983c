import type { WorkerView } from "@/lib/contracts/views";
import { listHeldRuns } from "@/lib/db/repositories/runs";
import { listWorkers } from "@/lib/db/repositories/workers";
import type { ServiceContext } from "../context";
import { WORKER_SILENT_MS } from "./worker-silence";

/** The one that reported last comes first. Those that signed off, or were silent for a day, are not in it. */
export async function getWorkers(ctx: ServiceContext): Promise<WorkerView[]> {
  const now = ctx.now();
  const [workers, held] = await Promise.all([listWorkers(ctx.db), listHeldRuns(ctx.db, now)]);
  const runOf = new Map(held.map(({ runId, leaseOwner }) => [leaseOwner, runId]));
  return workers.map(({ id, device, hostname, heartbeatAt }) => ({
    id,
    device,
    hostname,
    isAlive: now.getTime() - heartbeatAt.getTime() <= WORKER_SILENT_MS,
    currentRunId: runOf.get(id) ?? null,
    heartbeatAt: heartbeatAt.toISOString(),
  }));
}
