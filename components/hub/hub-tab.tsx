"use client";
import type { CreateJob } from "@/components/jobs/use-job-form";
import { useDraft } from "@/components/ui/use-draft";
import { SUGGESTED_DATASETS } from "@/lib/contracts/hub-suggestions";
import { DatasetPanel } from "./dataset-panel";
import { HubSearch } from "./hub-search";

/** New dataset from the Hugging Face Hub. Nothing is asked of the Hub before somebody searches. */
export function HubTab({ create }: { create: CreateJob }) {
  const [{ repo }, set] = useDraft("codetune-dataset-hub", { repo: "" });
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(20rem,28rem)_minmax(0,1fr)]">
      <HubSearch type="dataset" chosen={repo || null} onChoose={(chosen) => set({ repo: chosen })}>
        <p className="mb-2 text-[13px] text-text-2">
          Search the Hub, or begin with a name from the studio’s first list. Whether the Hub has it is seen when it is
          opened.
        </p>
        <ul className="flex flex-col gap-2">
          {SUGGESTED_DATASETS.map((suggested) => (
            <li key={suggested.repo}>
              <button
                type="button"
                className="wrap-anywhere text-left font-mono text-[13px] text-accent underline underline-offset-2"
                onClick={() => set({ repo: suggested.repo })}
              >
                {suggested.repo}
              </button>
              <span className="block text-[12px] text-text-3">{suggested.what}</span>
            </li>
          ))}
        </ul>
      </HubSearch>
      {repo === "" ? (
        <p className="px-1 text-text-3">Choose a dataset to see its card and its rows.</p>
      ) : (
        <DatasetPanel key={repo} repo={repo} create={create} />
      )}
    </div>
  );
}
