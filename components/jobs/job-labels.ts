import type { DataJobStatus } from "@/lib/contracts/data-job-status";

export const JOB_STATUS_LABELS: Record<DataJobStatus, string> = {
  queued: "Queued",
  running: "Running",
  cancelling: "Cancelling",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};
