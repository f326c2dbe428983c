import type { RunStatus } from "@/lib/contracts/run-status";

export const STATUS_LABELS: Record<RunStatus, string> = {
  queued: "Queued",
  preparing: "Preparing",
  running: "Running",
  stopping: "Stopping",
  completed: "Completed",
  failed: "Failed",
  stopped: "Stopped",
  interrupted: "Interrupted",
};
