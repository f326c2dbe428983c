/** @file The states of a run and the only moves between them. Every change is a compare-and-set on the old state. */
import { z } from "zod";

export const RUN_STATUSES = [
  "queued",
  "preparing",
  "running",
  "stopping",
  "completed",
  "failed",
  "stopped",
  "interrupted",
] as const;

export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

export const RUN_TRANSITIONS: Record<RunStatus, readonly RunStatus[]> = {
  queued: ["preparing", "stopped"],
  preparing: ["running", "stopping", "failed", "interrupted"],
  running: ["stopping", "completed", "failed", "stopped", "interrupted"],
  // A stop can lose the race against the last step: then the run is completed, which is the truth.
  stopping: ["stopped", "completed", "failed", "interrupted"],
  completed: [],
  failed: ["queued"],
  stopped: ["queued"],
  interrupted: ["queued"],
};

/** Held by a worker: a lease must be renewed while a run is in one of these. */
export const ACTIVE_STATUSES = ["preparing", "running", "stopping"] as const satisfies readonly RunStatus[];

export const isFinal = (status: RunStatus): boolean =>
  ["completed", "failed", "stopped", "interrupted"].includes(status);

/** Why a trainer ended without finishing. One union for both engines; the texts for people live beside the screens. */
export const EXIT_CAUSES = [
  "user_config",
  "out_of_memory",
  "diverged",
  "data_error",
  "cancelled",
  "timed_out",
  "lost_worker",
  "internal",
] as const;

export const ExitCause = z.enum(EXIT_CAUSES);
export type ExitCause = z.infer<typeof ExitCause>;
