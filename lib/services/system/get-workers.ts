import type { WorkerView } from "@/lib/contracts/views";
import { listHeldRuns } from "@/lib/db/repositories/runs";
import { listWorkers } from "@/lib/db/repositories/workers";
import type { ServiceContext } from "../context";
import { WORKER_SILENT_MS } from "./worker-silence";

/** After that a silent worker is of no interest where another one of its machine is at work: it was started again. */
const FORGOTTEN_MS = 5 * 60_000;

/** The one that reported last comes first. Those that signed off, or were silent for long, are not in it. */
export async function getWorkers(ctx: ServiceContext): Promise<WorkerView[]> {
  const now = ctx.now();
  const [workers, held] = await Promise.all([listWorkers(ctx.db), listHeldRuns(ctx.db, now)]);
  const runOf = new Map(held.map(({ runId, leaseOwner }) => [leaseOwner, runId]));
  const silentMs = ({ heartbeatAt }: { heartbeatAt: Date }) => now.getTime() - heartbeatAt.getTime();
  const staffed = new Set(
    workers.filter((worker) => silentMs(worker) <= WORKER_SILENT_MS).map(({ hostname }) => hostname),
  );
  const shown = workers.filter((worker) => silentMs(worker) <= FORGOTTEN_MS || !staffed.has(worker.hostname));
  return shown.map(({ id, device, hostname, heartbeatAt }) => ({
    id,
    device,
    hostname,
    isAlive: now.getTime() - heartbeatAt.getTime() <= WORKER_SILENT_MS,
    currentRunId: runOf.get(id) ?? null,
    heartbeatAt: heartbeatAt.toISOString(),
  }));
}
