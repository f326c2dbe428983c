import { ACTIVE_STATUSES, type RunStatus } from "@/lib/contracts/run-status";
import type { RunView } from "@/lib/contracts/views";
import { LOST_WORKER_MESSAGE } from "@/lib/db/repositories/run-leases";
import type { RunRecord, RunRow } from "@/lib/db/repositories/runs";

const isActive = (status: RunStatus): boolean => ACTIVE_STATUSES.some((active) => active === status);

/** Its worker stopped renewing the lease. A worker will write that down; reading says it at once and writes nothing. */
export const isLost = (run: Pick<RunRow, "status" | "leaseExpiresAt">, now: Date): boolean =>
  isActive(run.status) && run.leaseExpiresAt !== null && run.leaseExpiresAt < now;

/** The row as people see it. `runsAhead` counts only for a queued run. */
export function toRunView({ run, config, datasetName }: RunRecord, now: Date, runsAhead: number | null): RunView {
  const lost = isLost(run, now);
  const lostMs = lost
    ? Math.max(0, (run.leaseExpiresAt?.getTime() ?? 0) - (run.activeSinceMs ?? Number.POSITIVE_INFINITY))
    : 0;
  return {
    id: run.id,
    name: run.name,
    notes: run.notes,
    tags: run.tags,
    status: lost ? "interrupted" : run.status,
    config,
    datasetName,
    datasetId: run.datasetId,
    step: run.step,
    totalSteps: run.totalSteps,
    epoch: run.epoch,
    trainLoss: run.trainLoss,
    evalLossBefore: run.evalLossBefore,
    evalLossAfter: run.evalLossAfter,
    evalTokens: run.evalTokens,
    tokensPerSecond: run.tokensPerSecond,
    peakBytes: run.peakBytes,
    device: run.device,
    exitCause: lost ? "lost_worker" : run.exitCause,
    exitMessage: lost ? LOST_WORKER_MESSAGE : run.exitMessage,
    adapterPath: run.adapterPath,
    adapterStep: run.adapterStep,
    trainableParameters: run.trainableParameters,
    totalParameters: run.totalParameters,
    queuePosition: run.status === "queued" ? runsAhead : null,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    endedAt: (lost ? run.leaseExpiresAt : run.endedAt)?.toISOString() ?? null,
    activeMs: run.activeMs + lostMs,
    activeSince: lost || run.activeSinceMs === null ? null : new Date(run.activeSinceMs).toISOString(),
  };
}
