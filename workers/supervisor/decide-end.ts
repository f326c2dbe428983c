/** @file From how a trainer ended to what becomes of its run. */
import type { ExitCause, RunStatus } from "@/lib/contracts/run-status";
import type { Frame } from "@/lib/contracts/trainer-protocol";
import type { ChildExit } from "./child-program";

export interface TrainerEnd {
  /** The last word, if there was one. */
  lastWord: Extract<Frame, { kind: "done" | "error" }> | null;
  exit: ChildExit;
  /** It said something that is not in the protocol, and was killed for that. */
  protocolError: string | null;
  /** It said something that the database will never take, and was stopped with a checkpoint for that. */
  refusedFrame: string | null;
  /** Newest step that was reported. */
  step: number;
}

/** Who wanted the end: a person, the worker's own shutdown, or nobody. */
export type StopReason = "person" | "shutdown" | null;

export interface RunEnd {
  to: Extract<RunStatus, "completed" | "failed" | "stopped" | "interrupted">;
  exitCause: ExitCause | null;
  exitMessage: string | null;
}

const stoppedAt = (step: number): string => (step > 0 ? `Stopped at step ${step}` : "Stopped before the first step");

function stopped(reason: StopReason, step: number): RunEnd {
  switch (reason) {
    case "person":
      return {
        to: "stopped",
        exitCause: "cancelled",
        exitMessage: `${stoppedAt(step)}; resume goes on from the last checkpoint.`,
      };
    case "shutdown":
      return {
        to: "interrupted",
        exitCause: "lost_worker",
        exitMessage: `${stoppedAt(step)}, because the worker was shut down; resume goes on from the last checkpoint.`,
      };
    case null:
      return {
        to: "interrupted",
        exitCause: "lost_worker",
        exitMessage: `${stoppedAt(step)} without being asked; resume goes on from the last checkpoint.`,
      };
    default:
      return reason satisfies never;
  }
}

const failed = (exitCause: ExitCause, exitMessage: string): RunEnd => ({ to: "failed", exitCause, exitMessage });

export function decideEnd(end: TrainerEnd, reason: StopReason): RunEnd {
  const { lastWord, exit, protocolError, refusedFrame, step } = end;
  if (lastWord?.kind === "done") {
    return lastWord.outcome === "completed"
      ? { to: "completed", exitCause: null, exitMessage: lastWord.endReason ?? null }
      : stopped(reason, lastWord.step);
  }
  if (lastWord?.kind === "error") return fromError(lastWord.cause, lastWord.message, reason, lastWord.step ?? step);
  if (protocolError !== null) {
    return failed("internal", `The trainer did not keep to its protocol (${protocolError.slice(0, 300)}).`);
  }
  if (refusedFrame !== null) {
    const where = step > 0 ? `after step ${step}` : "before the first step";
    return failed(
      "internal",
      `The database refused ${refusedFrame} of the trainer ${where}, so it was stopped after a checkpoint; the worker's log says why.`,
    );
  }
  // It was asked to stop and did not manage in time, or was killed along: the checkpoints before are good.
  if (reason !== null) return stopped(reason, step);
  return withoutWord(exit, step);
}

function fromError(cause: ExitCause, message: string, reason: StopReason, step: number): RunEnd {
  switch (cause) {
    case "user_config":
    case "out_of_memory":
    case "diverged":
    case "data_error":
    case "timed_out":
    case "internal":
      return failed(cause, message);
    case "cancelled":
    case "lost_worker":
      return stopped(reason, step);
    default:
      return cause satisfies never;
  }
}

function withoutWord({ code, signal }: ChildExit, step: number): RunEnd {
  const where = step > 0 ? `after step ${step}` : "before the first step";
  if (signal === "SIGKILL") {
    return failed(
      "out_of_memory",
      `The trainer was killed from outside ${where} (SIGKILL), most likely because memory ran out; try a smaller batch_size or max_seq_length, then resume.`,
    );
  }
  const how = signal !== null ? `signal ${signal}` : code !== null ? `exit code ${code}` : "it could not be started";
  return failed("internal", `The trainer ended ${where} without a word (${how}); the run's log has its last lines.`);
}
