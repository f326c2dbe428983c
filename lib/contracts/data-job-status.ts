/** @file The states of a background data job and the only moves between them. Every change is a compare-and-set. */

export const DATA_JOB_STATUSES = [
  "queued",
  "running",
  "cancelling",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
] as const;

export type DataJobStatus = (typeof DATA_JOB_STATUSES)[number];

export const DATA_JOB_TRANSITIONS: Record<DataJobStatus, readonly DataJobStatus[]> = {
  queued: ["running", "cancelled"],
  running: ["cancelling", "completed", "failed", "interrupted"],
  // A cancel can lose the race against the end of the work: then the job is completed, which is the truth.
  cancelling: ["cancelled", "completed", "failed", "interrupted"],
  completed: [],
  failed: ["queued"],
  cancelled: ["queued"],
  interrupted: ["queued"],
};

/** Held by a worker: a lease must be renewed while a job is in one of these. */
export const ACTIVE_JOB_STATUSES = ["running", "cancelling"] as const satisfies readonly DataJobStatus[];

/** Nothing goes on; `resume` puts it back into the queue, unless it is completed. */
export const isJobAtRest = (status: DataJobStatus): boolean =>
  ["completed", "failed", "cancelled", "interrupted"].includes(status);
