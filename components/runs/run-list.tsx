"use client";
import { Search } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { inputClass } from "@/components/ui/input-class";
import type { RunListView } from "@/lib/contracts/views";
import { filterRuns } from "./filter-runs";
import { RunTable } from "./run-table";
import { useRunList } from "./use-run-list";

export interface RunListProps {
  initial: RunListView[];
  limit: number;
  /** Words that were in the address. */
  words: string;
}

/** All runs with a filter. Its words are in the address, so that a reload and a link keep them. */
export function RunList({ initial, limit, words: startWords }: RunListProps) {
  const runs = useRunList(initial, limit);
  const [words, setWords] = useState(startWords);
  const found = filterRuns(runs, words);
  const change = (next: string) => {
    setWords(next);
    const address = new URL(window.location.href);
    if (next.trim() === "") address.searchParams.delete("q");
    else address.searchParams.set("q", next);
    window.history.replaceState(null, "", address);
  };
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b px-4 py-2.5">
        <label className="relative w-full sm:w-80">
          <span className="sr-only">Filter runs</span>
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-text-3"
          />
          <input
            type="search"
            value={words}
            onChange={(event) => change(event.target.value)}
            placeholder="Name, tag, status, model or dataset"
            autoComplete="off"
            className={inputClass(false, "pl-8")}
          />
        </label>
        <p role="status" className="tabular text-[12px] text-text-3">
          {found.length < runs.length && `${found.length} of ${runs.length} runs`}
          {found.length === runs.length && runs.length >= limit && `The newest ${limit} runs`}
        </p>
      </div>
      {found.length > 0 ? (
        <RunTable runs={found} />
      ) : (
        <EmptyState
          title="No run has all these words"
          action={<Button onClick={() => change("")}>Show all runs</Button>}
        >
          Each word is looked for in name, tags, status, model and dataset
          {runs.length >= limit && ` of the newest ${limit} runs`}.
        </EmptyState>
      )}
    </>
  );
}
