/** @file What a frame changes in the database, in one transaction. */
import { newId } from "@/lib/contracts/ids";
import type { RunStatus } from "@/lib/contracts/run-status";
import type { Frame } from "@/lib/contracts/trainer-protocol";
import { isRefused, reasonOf } from "@/lib/db/errors";
import { upsertMetric } from "@/lib/db/repositories/metrics";
import { type RunProgress, recordRunEvent } from "@/lib/db/repositories/run-progress";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import { findRunStatus } from "@/lib/db/repositories/runs";
import type { Db } from "@/lib/db/types";

/** Another worker, or the sweep, has taken the run from us. */
export class LostLeaseError extends Error {}

/** The database will never take this frame; the next one it may. */
export class RefusedFrameError extends Error {}

export interface FrameRecord {
  runId: string;
  owner: string;
  frame: Frame;
  /** Its place in the frames file. */
  start: number;
  end: number;
  /** Left by a worker that was killed: it tells of an attempt that is over, so the status stays. */
  isLeftOver?: boolean;
  now: Date;
}

/**
 * Event, metric, the run's own columns and the place in the file, together or not at all: recording a frame again changes
 * nothing. Returns the run's status; throws LostLeaseError, RefusedFrameError, and what the driver throws when the database
 * is away.
 */
export async function recordFrame(db: Db, record: FrameRecord): Promise<RunStatus> {
  try {
    return await recordInOneGo(db, record);
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new RefusedFrameError(`a ${record.frame.kind} frame (${reasonOf(error)})`, { cause: error });
  }
}

function recordInOneGo(db: Db, record: FrameRecord): Promise<RunStatus> {
  const { runId, owner, frame, start, end, isLeftOver = false, now } = record;
  const { kind, ...payload } = frame;
  return db.transaction(async (tx) => {
    const known = await findRunStatus(tx, runId);
    if (known !== null && known.leaseOwner === owner && known.framesOffset >= end) return known.status;
    if (kind === "hello" && !isLeftOver) {
      // A run that is already `stopping` keeps that status; the trainer hears of it right away.
      await changeRunStatus(tx, { runId, from: ["preparing"], to: "running", leaseOwner: owner, now });
    }
    const event = { kind, payload, createdAt: now };
    const row = await recordRunEvent(tx, {
      runId,
      owner,
      event,
      progress: progressOf(frame),
      frames: { from: start, to: end },
    });
    if (row === null) throw new LostLeaseError(`the lease of ${runId} is lost`);
    if (frame.kind === "metric") {
      await upsertMetric(tx, { id: newId("mtr", now.getTime()), runId, configId: row.configId, frame, timestamp: now });
    }
    return row.status;
  });
}

function progressOf(frame: Frame): RunProgress {
  switch (frame.kind) {
    case "hello":
      return {
        device: frame.device,
        totalSteps: frame.totalSteps,
        step: frame.startStep,
        trainableParameters: frame.trainableParameters,
        totalParameters: frame.totalParameters,
        ...(frame.evalTokens === undefined ? {} : { evalTokens: frame.evalTokens }),
      };
    case "metric":
      if (frame.rank !== 0) return {};
      return {
        step: frame.step,
        epoch: frame.epoch,
        peakBytes: frame.peakBytes,
        ...(frame.step > 0 ? { trainLoss: frame.trainLoss, tokensPerSecond: frame.tokensPerSecond } : {}),
        ...(frame.step === 0 && frame.evalLoss !== null ? { evalLossBefore: frame.evalLoss } : {}),
      };
    case "done":
      return {
        step: frame.step,
        ...(frame.evalLossBefore === null ? {} : { evalLossBefore: frame.evalLossBefore }),
        ...(frame.evalLossAfter === null ? {} : { evalLossAfter: frame.evalLossAfter }),
        ...(frame.adapterStep === undefined ? {} : { adapterStep: frame.adapterStep }),
      };
    case "progress":
    case "sample":
    case "checkpoint":
    case "log":
    case "error":
      return {};
    default:
      return frame satisfies never;
  }
}
