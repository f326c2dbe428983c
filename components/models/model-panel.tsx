"use client";
import { HubCard } from "@/components/hub/hub-card";
import { useHubRepo } from "@/components/hub/use-hub-repo";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";

export interface ModelPanelProps {
  repo: string;
  create: CreateJob;
  isHere: boolean;
}

/** A model of the Hub: its card, and its download. */
export function ModelPanel({ repo, create, isHere }: ModelPanelProps) {
  const detail = useHubRepo("model", repo, "main");
  const form = useJobForm(create, () => {});
  if (detail.isPending) return <Skeleton className="h-40" />;
  if (detail.isError) {
    return (
      <Notice tone="warn" isAlert title={`${repo} could not be opened.`}>
        {detail.error.message}
      </Notice>
    );
  }
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <HubCard detail={detail.data} />
      {form.problem !== null && (
        <Notice tone="bad" isAlert title="The download was not started.">
          {form.problem}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          variant="primary"
          disabled={form.isBusy || detail.data.accessProblem !== null}
          onClick={() => void form.submit(() => ({ kind: "hub-download", type: "model", repo, revision: "main" }))}
        >
          {isHere ? "Download again what changed" : "Download"}
        </Button>
        <p className="max-w-prose text-[12px] text-text-3">
          Weights as safetensors, configuration and tokenizer, into the Hugging Face cache: Python finds them there too.
          It goes on where it stopped.
        </p>
      </div>
    </div>
  );
}
