"use client";
import { ArrowRight, LoaderCircle } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { RunView } from "@/lib/contracts/views";

export interface StartQuickstartProps {
  start(input: Record<string, never>): Promise<ActionResult<RunView>>;
}

/** The one button. It stays pressed until the run's page is there, so that a second press can't start a second run. */
export function StartQuickstart({ start }: StartQuickstartProps) {
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const press = async () => {
    setIsBusy(true);
    setProblem(null);
    const result = await start({}).catch(() => null);
    if (result?.ok) return router.push(`/runs/${result.data.id}`);
    setProblem(result?.message ?? "The studio can't be reached; check that it still runs and press again.");
    setIsBusy(false);
  };
  return (
    <div className="flex flex-col items-start gap-3">
      <Button variant="primary" size="lg" onClick={press} disabled={isBusy} data-testid="quickstart">
        {isBusy ? "Starting…" : "Fine-tune on this repository"}
        {isBusy ? (
          <LoaderCircle aria-hidden className="size-4 animate-spin" />
        ) : (
          <ArrowRight aria-hidden className="size-4" />
        )}
      </Button>
      {problem !== null && (
        <Notice tone="bad" isAlert title="The run did not start.">
          {problem}
        </Notice>
      )}
    </div>
  );
}
