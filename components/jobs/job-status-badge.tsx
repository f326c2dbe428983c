import { Check, CircleSlash, Clock, LoaderCircle, OctagonX, Unplug } from "lucide-react";
import { cn } from "@/components/ui/cn";
import type { DataJobStatus } from "@/lib/contracts/data-job-status";
import { JOB_STATUS_LABELS } from "./job-labels";

/** Word, shape and colour say the same, so none of them is needed alone. */
const LOOKS: Record<DataJobStatus, { className: string; Icon: typeof Check; isMoving?: boolean }> = {
  queued: { className: "bg-surface-3 text-text-2", Icon: Clock },
  running: { className: "bg-accent-soft text-accent", Icon: LoaderCircle, isMoving: true },
  cancelling: { className: "bg-warn-soft text-warn", Icon: LoaderCircle, isMoving: true },
  completed: { className: "bg-good-soft text-good", Icon: Check },
  failed: { className: "bg-bad-soft text-bad", Icon: OctagonX },
  cancelled: { className: "bg-surface-3 text-text-2", Icon: CircleSlash },
  interrupted: { className: "bg-warn-soft text-warn", Icon: Unplug },
};

export function JobStatusBadge({ status }: { status: DataJobStatus }) {
  const { className, Icon, isMoving } = LOOKS[status];
  return (
    <span
      data-testid="job-status"
      data-status={status}
      className={cn(
        "inline-flex h-6 items-center gap-1.5 whitespace-nowrap rounded-full px-2 font-medium text-[12px]",
        className,
      )}
    >
      <Icon aria-hidden className={cn("size-3.5", isMoving && "animate-spin [animation-duration:2.4s]")} />
      {JOB_STATUS_LABELS[status]}
    </span>
  );
}
