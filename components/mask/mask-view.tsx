"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/card";
import { fetchJson } from "@/components/ui/fetch-json";
import { formatCount } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import type { MaskBlock } from "@/lib/contracts/dataset";
import { BlockTokens } from "./block-tokens";
import { MaskControls, type MaskQuery } from "./mask-controls";
import { MaskKey } from "./mask-key";

export interface MaskViewProps {
  datasetId: string;
  models: { id: string; contextLength: number }[];
  start: MaskQuery;
}

const addressOf = ({ model, length, evalSplit, seed, split, index }: MaskQuery): string =>
  String(
    new URLSearchParams({
      model,
      length: String(length),
      evalSplit: String(evalSplit),
      seed: String(seed),
      split,
      index: String(index),
    }),
  );

/** A prepared block, token by token, as the trainer reads it. */
export function MaskView({ datasetId, models, start }: MaskViewProps) {
  const [query, setQuery] = useState(start);
  const { data, error, isFetching } = useQuery({
    queryKey: ["mask", datasetId, query],
    queryFn: ({ signal }) => fetchJson<MaskBlock>(`/api/datasets/${datasetId}/mask?${addressOf(query)}`, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const change = (next: Partial<MaskQuery>) => {
    // Other settings make other blocks, so the count starts anew.
    const changed = { ...query, index: 0, ...next };
    setQuery(changed);
    window.history.replaceState(null, "", `?${addressOf(changed)}`);
  };
  return (
    <div className="flex flex-col gap-4">
      <MaskControls query={query} models={models} onChange={change} />
      {error && (
        <Notice tone="bad" title="This block can’t be shown.">
          {error.message}
        </Notice>
      )}
      {!error && (
        <Card
          title={data ? `Block ${formatCount(data.index + 1)} of ${formatCount(data.blocks)}` : "Preparing the blocks…"}
          aside={data && <BlockPager block={data} isBusy={isFetching} onIndex={(index) => change({ index })} />}
        >
          {data === undefined ? (
            <Skeleton className="h-96" />
          ) : (
            <>
              <MaskKey block={data} />
              <BlockTokens key={`${data.split} ${data.index}`} block={data} />
            </>
          )}
        </Card>
      )}
    </div>
  );
}

interface BlockPagerProps {
  block: MaskBlock;
  isBusy: boolean;
  onIndex(index: number): void;
}

function BlockPager({ block: { index, blocks }, isBusy, onIndex }: BlockPagerProps) {
  const button = "h-8 rounded-md border bg-surface px-2.5 text-[12px] hover:border-line-strong disabled:opacity-50";
  const go = (to: number) => onIndex(Math.min(Math.max(0, to), blocks - 1));
  return (
    <div className="flex items-center gap-1.5" aria-busy={isBusy}>
      <button type="button" className={button} disabled={index === 0} onClick={() => go(index - 1)}>
        Previous
      </button>
      <input
        // Remounts when the block changes by the buttons; what is typed counts on Enter or on leaving.
        key={index}
        aria-label="Block number"
        inputMode="numeric"
        defaultValue={index + 1}
        className="tabular h-8 w-16 rounded-md border border-line-strong/60 bg-surface px-2 text-center text-[12px]"
        onBlur={(event) =>
          Number.isInteger(Number(event.target.value)) &&
          Number(event.target.value) !== index + 1 &&
          go(Number(event.target.value) - 1)
        }
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <button type="button" className={button} disabled={index >= blocks - 1} onClick={() => go(index + 1)}>
        Next
      </button>
    </div>
  );
}
