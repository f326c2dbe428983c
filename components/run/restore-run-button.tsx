"use client";
import { Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button, type ButtonVariant } from "@/components/ui/button";
import type { RunAction } from "./run-actions";

export interface RestoreRunButtonProps {
  runId: string;
  label: string;
  restore: RunAction;
  variant?: ButtonVariant;
}

/** Brings a deleted run back and goes to its page. */
export function RestoreRunButton({ runId, label, restore, variant = "secondary" }: RestoreRunButtonProps) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const press = async () => {
    setIsBusy(true);
    const result = await restore({ runId }).catch(() => null);
    if (result?.ok) {
      router.replace(`/runs/${runId}`);
      // On the run's own address that changes nothing by itself.
      return router.refresh();
    }
    setProblem(result?.message ?? "The studio can't be reached; check that it still runs and press again.");
    setIsBusy(false);
  };
  return (
    <>
      <Button variant={variant} size={variant === "primary" ? "md" : "sm"} onClick={press} disabled={isBusy}>
        <Undo2 aria-hidden className="size-3.5" /> {isBusy ? "Restoring…" : label}
      </Button>
      {problem !== null && (
        <p role="alert" className="text-[13px] text-bad">
          {problem}
        </p>
      )}
    </>
  );
}
