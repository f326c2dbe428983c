import { Check, CircleDashed, CircleSlash, Clock, LoaderCircle, OctagonX, Pause, Unplug } from "lucide-react";
import { cn } from "@/components/ui/cn";
import type { RunStatus } from "@/lib/contracts/run-status";
import { STATUS_LABELS } from "./status-labels";

/** Word, shape and colour say the same, so none of them is needed alone. */
const LOOKS: Record<RunStatus, { className: string; Icon: typeof Check; isMoving?: boolean }> = {
  queued: { className: "bg-surface-3 text-text-2", Icon: Clock },
  preparing: { className: "bg-accent-soft text-accent", Icon: CircleDashed, isMoving: true },
  running: { className: "bg-accent-soft text-accent", Icon: LoaderCircle, isMoving: true },
  stopping: { className: "bg-warn-soft text-warn", Icon: LoaderCircle, isMoving: true },
  completed: { className: "bg-good-soft text-good", Icon: Check },
  failed: { className: "bg-bad-soft text-bad", Icon: OctagonX },
  stopped: { className: "bg-surface-3 text-text-2", Icon: Pause },
  interrupted: { className: "bg-warn-soft text-warn", Icon: Unplug },
};

export function StatusBadge({ status, cause }: { status: RunStatus; cause?: string | null }) {
  const isDiverged = status === "failed" && cause === "diverged";
  const { className, Icon, isMoving } = LOOKS[status];
  const ShownIcon = isDiverged ? CircleSlash : Icon;
  return (
    <span
      data-testid="run-status"
      data-status={status}
      className={cn(
        "inline-flex h-6 items-center gap-1.5 whitespace-nowrap rounded-full px-2 font-medium text-[12px]",
        className,
      )}
    >
      <ShownIcon aria-hidden className={cn("size-3.5", isMoving && "animate-spin [animation-duration:2.4s]")} />
      {isDiverged ? "Diverged" : STATUS_LABELS[status]}
    </span>
  );
}
