"use client";
import { Search, SlidersHorizontal } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import { useDraft } from "@/components/ui/use-draft";
import type { HubRepoType } from "@/lib/contracts/hub";
import { HubResults } from "./hub-results";
import { NO_FILTERS, SearchFilterFields, type SearchFilters } from "./search-filters";
import { useHubSearch } from "./use-hub-search";

export interface HubSearchProps {
  type: HubRepoType;
  /** The one that is open. */
  chosen: string | null;
  onChoose(repo: string): void;
  /** Shown while nothing was searched for yet. */
  children?: ReactNode;
}

/** Search on the Hub with filters, and what it found. */
export function HubSearch({ type, chosen, onChoose, children }: HubSearchProps) {
  const [filters, set] = useDraft(`codetune-hub-${type}`, NO_FILTERS);
  const [asked, setAsked] = useState<SearchFilters | null>(null);
  const [areFiltersOpen, setFiltersOpen] = useState(false);
  const search = useHubSearch(type, asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The same again asks again, which is what pressing the button means.
    if (asked !== null && JSON.stringify(asked) === JSON.stringify(filters)) search.again();
    else setAsked(filters);
  };
  return (
    <Card>
      <form className="flex flex-col gap-3" onSubmit={submit}>
        <div className="flex flex-wrap gap-2">
          <input
            type="search"
            aria-label={`Search ${type}s on the Hugging Face Hub, or type a name`}
            placeholder={
              type === "dataset" ? "python instructions, or organisation/name" : "coder, or organisation/name"
            }
            value={filters.text}
            className={inputClass(false, "min-w-44 flex-1")}
            onChange={(event) => set({ text: event.target.value })}
          />
          <Button aria-expanded={areFiltersOpen} onClick={() => setFiltersOpen(!areFiltersOpen)}>
            <SlidersHorizontal aria-hidden className="size-4" /> Filters
          </Button>
          <Button type="submit" variant="primary" disabled={search.isBusy}>
            <Search aria-hidden className="size-4" /> Search
          </Button>
          {/^[^/\s]+\/[^/\s]+$/.test(filters.text.trim()) && (
            <Button onClick={() => onChoose(filters.text.trim())}>Open {filters.text.trim()}</Button>
          )}
        </div>
        {areFiltersOpen && <SearchFilterFields type={type} filters={filters} set={set} />}
      </form>
      <div aria-live="polite" className="mt-4">
        {search.problem !== null && (
          <Notice tone="warn" title="The Hub could not be searched.">
            {search.problem}
          </Notice>
        )}
        {asked === null ? children : <HubResults search={search} chosen={chosen} onChoose={onChoose} />}
      </div>
    </Card>
  );
}
