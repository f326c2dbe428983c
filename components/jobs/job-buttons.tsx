"use client";
import { useQueryClient } from "@tanstack/react-query";
import { CircleSlash, Play, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { JobView } from "@/lib/contracts/data-job";
import { jobKey } from "./use-job";

export type JobAction = (input: { jobId: string }) => Promise<ActionResult<JobView>>;

export interface JobActions {
  cancel: JobAction;
  resume: JobAction;
  /** Takes an ended one off the list. */
  remove: JobAction;
}

export interface JobButtonsProps {
  job: JobView;
  actions: JobActions;
  size?: "sm" | "md";
  onProblem(message: string | null): void;
  /** Where else to go then. */
  onRemoved?(): void;
}

/** Cancel what waits or goes on; resume what was given up. */
export function JobButtons({ job, actions, size = "md", onProblem, onRemoved }: JobButtonsProps) {
  const client = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const call = async (action: JobAction) => {
    setIsBusy(true);
    const result = await action({ jobId: job.id }).catch(() => null);
    if (result?.ok) client.setQueryData<JobView>(jobKey(job.id), result.data);
    await client.invalidateQueries({ queryKey: ["jobs"] });
    const unreachable = "The studio can't be reached; check that it still runs and try again.";
    onProblem(result === null ? unreachable : result.ok ? null : result.message);
    setIsBusy(false);
    return result?.ok === true;
  };
  const remove = async () => {
    if (await call(actions.remove)) onRemoved?.();
  };
  if (job.status === "queued" || job.status === "running") {
    return (
      <Button variant="danger" size={size} onClick={() => call(actions.cancel)} disabled={isBusy}>
        <CircleSlash aria-hidden className="size-3.5" /> Cancel
      </Button>
    );
  }
  if (job.status === "cancelling") {
    return (
      <Button variant="danger" size={size} disabled>
        Cancelling…
      </Button>
    );
  }
  if (job.status === "completed") return null;
  return (
    <div className="flex gap-2">
      <Button variant="primary" size={size} onClick={() => call(actions.resume)} disabled={isBusy}>
        <Play aria-hidden className="size-3.5" /> Resume
      </Button>
      <Button variant="ghost" size={size} onClick={remove} disabled={isBusy} title="Take this job off the list">
        <X aria-hidden className="size-3.5" /> Remove
      </Button>
    </div>
  );
}
