import { RestoreRunButton } from "@/components/run/restore-run-button";
import type { RunAction } from "@/components/run/run-actions";
import { Notice } from "@/components/ui/notice";
import type { DeletedRunView } from "@/lib/services/runs/find-deleted-run";

/** Above the list after a run was deleted. Part of the address, so a reload does not take “Undo” away. */
export function DeletedNotice({ run, restore }: { run: DeletedRunView; restore: RunAction }) {
  return (
    <Notice tone="info" className="mb-4">
      <div role="status" className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="min-w-0 break-words text-text">“{run.name}” was deleted.</span>
        <RestoreRunButton runId={run.id} label="Undo" restore={restore} />
      </div>
    </Notice>
  );
}
