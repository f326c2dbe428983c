"use client";
import { HubSearch } from "@/components/hub/hub-search";
import type { CreateJob } from "@/components/jobs/use-job-form";
import { useDraft } from "@/components/ui/use-draft";
import { ModelPanel } from "./model-panel";

export interface ModelSearchProps {
  create: CreateJob;
  /** Ids of the models that are here. */
  here: string[];
}

/** Models on the Hub, to be found and downloaded. */
export function ModelSearch({ create, here }: ModelSearchProps) {
  const [{ repo }, set] = useDraft("codetune-model-hub", { repo: "" });
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(20rem,28rem)_minmax(0,1fr)]">
      <HubSearch type="model" chosen={repo || null} onChoose={(chosen) => set({ repo: chosen })}>
        <p className="text-[13px] text-text-2">Nothing is asked of the Hub before you search.</p>
      </HubSearch>
      {repo === "" ? (
        <p className="px-1 text-text-3">Choose a model to see its card and to download it.</p>
      ) : (
        <ModelPanel key={repo} repo={repo} create={create} isHere={here.includes(repo)} />
      )}
    </div>
  );
}
