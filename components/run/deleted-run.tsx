import { ErrorScreen } from "@/components/shell/error-screen";
import type { DeletedRunView } from "@/lib/services/runs/find-deleted-run";
import { RestoreRunButton } from "./restore-run-button";
import type { RunAction } from "./run-actions";

/** At the address of a run that was deleted. */
export function DeletedRun({ run, restore }: { run: DeletedRunView; restore: RunAction }) {
  return (
    <ErrorScreen
      title={run.name}
      action={<RestoreRunButton runId={run.id} label="Restore" restore={restore} variant="primary" />}
    >
      This run was deleted; its settings, curves and files are still here and can be restored.
    </ErrorScreen>
  );
}
