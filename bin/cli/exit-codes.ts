/** @file What the shell gets back. Documented in the README; scripts rely on the numbers. */
import { CommanderError } from "commander";
import type { DataJobStatus } from "@/lib/contracts/data-job-status";
import type { RunStatus } from "@/lib/contracts/run-status";
import { AppError, type ErrorCode } from "@/lib/errors";

export const EXIT = {
  ok: 0,
  /** A fault of ours. */
  internal: 1,
  /** The command line, the configuration or the environment has to be changed. */
  usage: 2,
  /** The run ended as failed. */
  runFailed: 3,
  /** The run was stopped or interrupted: `resume` goes on from its last checkpoint. */
  runStopped: 4,
  /** Something that is needed is not there: the port is taken, the database does not answer. */
  unavailable: 5,
} as const;

const BY_ERROR: Record<ErrorCode, number> = {
  invalid_input: EXIT.usage,
  not_found: EXIT.usage,
  forbidden: EXIT.usage,
  unauthenticated: EXIT.usage,
  limit_exceeded: EXIT.usage,
  too_many_attempts: EXIT.unavailable,
  conflict: EXIT.usage,
  precondition_failed: EXIT.usage,
  unavailable: EXIT.unavailable,
  internal: EXIT.internal,
};

export function exitCodeOfError(error: unknown): number {
  if (error instanceof AppError) return BY_ERROR[error.code];
  // --help and --version end with 0, everything else that Commander throws is a wrong command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  return EXIT.internal;
}

/** For a data job that has ended. */
export function exitCodeOfJob(status: DataJobStatus): number {
  if (status === "completed") return EXIT.ok;
  return status === "failed" ? EXIT.runFailed : EXIT.runStopped;
}

/** For a run that has ended. */
export function exitCodeOfRun(status: RunStatus): number {
  if (status === "completed") return EXIT.ok;
  return status === "failed" ? EXIT.runFailed : EXIT.runStopped;
}
