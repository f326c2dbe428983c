"use client";
import { useState } from "react";
import type { CreateJob } from "@/components/jobs/use-job-form";
import { formatBytes } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import { SelectField } from "@/components/ui/select-field";
import { Skeleton } from "@/components/ui/skeleton";
import { SUGGESTED_DATASETS } from "@/lib/contracts/hub-suggestions";
import { HubCard } from "./hub-card";
import { HubRows } from "./hub-rows";
import { ImportForm } from "./import-form";
import { RevisionField } from "./revision-field";
import { useHubRepo, useHubRows } from "./use-hub-repo";

const keyOf = ({ config, split }: { config: string; split: string }) => `${config}\n${split}`;

/** A dataset of the Hub: card, splits, rows, and what is to be made of it. */
export function DatasetPanel({ repo, create }: { repo: string; create: CreateJob }) {
  const [place, setPlace] = useState<{ config: string; split: string } | null>(null);
  const [revision, setRevision] = useState("main");
  const detail = useHubRepo("dataset", repo, revision);
  const canRead = detail.data !== undefined && detail.data.accessProblem === null;
  const at = place === null ? {} : { config: place.config, split: place.split };
  const rows = useHubRows({ repo, revision, ...at }, canRead);
  const choice = (
    <RevisionField
      id="hub-revision"
      revision={revision}
      onChange={(asked) => {
        setRevision(asked);
        setPlace(null);
      }}
    />
  );
  if (detail.isPending) return <Skeleton className="h-40" />;
  if (detail.isError) {
    const isSuggested = SUGGESTED_DATASETS.some((suggested) => suggested.repo === repo);
    return (
      <div className="flex min-w-0 flex-col gap-4">
        <Notice tone="warn" isAlert title={`${repo} could not be opened.`}>
          {detail.error.message}
          {isSuggested &&
            " The name is from the list of the studio’s predecessor; search for its words to find what is there now."}
        </Notice>
        {revision !== "main" && choice}
      </div>
    );
  }
  const view = rows.data;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <HubCard detail={detail.data} />
      {choice}
      {rows.isError && (
        <Notice tone="warn" isAlert title="Its rows can’t be shown.">
          {rows.error.message}
        </Notice>
      )}
      {rows.isLoading && <Skeleton className="h-56" />}
      {view !== undefined && !rows.isError && (
        <>
          {view.splits.length > 1 && (
            <SelectField
              id="hub-split"
              label="Configuration and split"
              value={keyOf(view)}
              options={view.splits.map((each) => ({
                value: keyOf(each),
                label: `${each.config} / ${each.split} (${formatBytes(each.bytes)})`,
              }))}
              onChange={(key) => setPlace(view.splits.find((each) => keyOf(each) === key) ?? null)}
            />
          )}
          <HubRows view={view} />
          <ImportForm key={`${view.commit} ${keyOf(view)}`} view={view} create={create} />
        </>
      )}
    </div>
  );
}
