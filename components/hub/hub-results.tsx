"use client";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { HubFacts } from "./hub-facts";
import type { HubSearch } from "./use-hub-search";

export interface HubResultsProps {
  search: HubSearch;
  chosen: string | null;
  onChoose(repo: string): void;
}

export function HubResults({ search, chosen, onChoose }: HubResultsProps) {
  const { repos, isBusy, problem, hasMore } = search;
  if (isBusy && repos.length === 0) {
    return (
      <div role="status" className="flex flex-col gap-2">
        <span className="sr-only">Searching the Hub</span>
        {[0, 1, 2].map((line) => (
          <Skeleton key={line} className="h-12" />
        ))}
      </div>
    );
  }
  if (repos.length === 0)
    return problem === null ? (
      <p className="text-text-2">The Hub has nothing that fits. Take a filter off, or fewer words.</p>
    ) : null;
  return (
    <>
      <ul className="-mx-2 max-h-[26rem] overflow-y-auto">
        {repos.map((repo) => (
          <li key={repo.repo}>
            <button
              type="button"
              aria-pressed={chosen === repo.repo}
              className={cn(
                "flex w-full flex-col gap-0.5 rounded-md px-2 py-2 text-left hover:bg-surface-2",
                chosen === repo.repo && "bg-accent-soft",
              )}
              onClick={() => onChoose(repo.repo)}
            >
              <span className="wrap-anywhere font-medium font-mono text-[13px]">{repo.repo}</span>
              <HubFacts repo={repo} />
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <Button size="sm" className="mt-3" disabled={isBusy} onClick={search.more}>
          {isBusy ? "Asking…" : "More"}
        </Button>
      )}
    </>
  );
}
