"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { fetchJson } from "@/components/ui/fetch-json";
import { formatCount } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import type { MaskBlock } from "@/lib/contracts/dataset";
import { BlockPager } from "./block-pager";
import { BlockTokens } from "./block-tokens";
import { MaskKey } from "./mask-key";
import { type MaskQuery, maskAddress } from "./mask-query";

interface BlockCardProps {
  datasetId: string;
  query: MaskQuery;
  onIndex(index: number): void;
}

/** One prepared block, token by token, as the trainer reads it. */
export function BlockCard({ datasetId, query, onIndex }: BlockCardProps) {
  const { data, error, isFetching } = useQuery({
    queryKey: ["mask", datasetId, query],
    queryFn: ({ signal }) => fetchJson<MaskBlock>(`/api/datasets/${datasetId}/mask?${maskAddress(query)}`, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error)
    return (
      <Notice tone="bad" title="This block can’t be shown.">
        {error.message}
      </Notice>
    );
  return (
    <Card
      title={data ? `Block ${formatCount(data.index + 1)} of ${formatCount(data.blocks)}` : "Preparing the blocks…"}
      aside={data && <BlockPager block={data} isBusy={isFetching} onIndex={onIndex} />}
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
  );
}
