"use client";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { isFinal, type RunStatus } from "@/lib/contracts/run-status";
import type { RunView } from "@/lib/contracts/views";
import type { RunAction } from "./run-actions";

/** A sentence while the run is active, null when it can be deleted. */
export function whyNotDelete(status: RunStatus): string | null {
  if (isFinal(status)) return null;
  return status === "stopping"
    ? "This run is still stopping; delete it once it has stopped."
    : `This run is ${status}; stop it first, then delete it.`;
}

export interface DeleteRunButtonProps {
  run: RunView;
  remove: RunAction;
  onProblem(sentence: string | null): void;
  /** Pressed while it is not offered. */
  onRefuse(): void;
}

/** Deletes without asking, because the list it leads to offers to undo it. While the run is active it says why not. */
export function DeleteRunButton({ run, remove, onProblem, onRefuse }: DeleteRunButtonProps) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const refusal = whyNotDelete(run.status);
  const press = async () => {
    if (refusal !== null) return onRefuse();
    if (isBusy) return;
    onProblem(null);
    setIsBusy(true);
    const result = await remove({ runId: run.id }).catch(() => null);
    if (result?.ok) return router.push(`/runs?deleted=${run.id}`);
    onProblem(result?.message ?? "The studio can't be reached; check that it still runs and press again.");
    setIsBusy(false);
  };
  return (
    // Not `disabled`, which no keyboard reaches and which could not say why.
    <Button
      variant="ghost"
      onClick={press}
      aria-disabled={refusal !== null || isBusy}
      title={refusal ?? "Delete this run; it can be restored"}
    >
      <Trash2 aria-hidden className="size-3.5" /> {isBusy ? "Deleting…" : "Delete"}
    </Button>
  );
}
