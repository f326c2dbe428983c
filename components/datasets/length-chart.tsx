"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "@/components/ui/card";
import { fetchJson } from "@/components/ui/fetch-json";
import { formatCompact, formatCount, formatDocuments } from "@/components/ui/format";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import type { LengthHistogram } from "@/lib/contracts/dataset";

export interface LengthChartProps {
  datasetId: string;
  modelIds: string[];
}

/** How long the documents are in the chosen model's own tokens. */
export function LengthChart({ datasetId, modelIds }: LengthChartProps) {
  const [modelId, setModelId] = useState(modelIds[0] ?? "");
  const { data, error } = useQuery({
    queryKey: ["lengths", datasetId, modelId],
    queryFn: ({ signal }) =>
      fetchJson<LengthHistogram>(`/api/datasets/${datasetId}/lengths?model=${encodeURIComponent(modelId)}`, { signal }),
    enabled: modelId !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const picker = modelIds.length > 0 && (
    <label className="flex items-center gap-2 text-[12px] text-text-2">
      tokens of
      <select
        className={inputClass(false, "h-8 w-auto sm:text-[12px]")}
        value={modelId}
        onChange={(event) => setModelId(event.target.value)}
      >
        {modelIds.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
  return (
    <Card title="Length of documents" aside={picker}>
      {modelId === "" ? (
        <p className="text-text-3">There is no model here whose tokens could be counted.</p>
      ) : error ? (
        <Notice tone="bad">{error.message}</Notice>
      ) : data === undefined ? (
        <Skeleton className="h-48" />
      ) : (
        <Bars histogram={data} />
      )}
    </Card>
  );
}

function Bars({ histogram: { edges, counts, tokens, longest } }: { histogram: LengthHistogram }) {
  const highest = Math.max(...counts, 1);
  return (
    <div className="min-h-48">
      <p className="tabular mb-4 text-[13px] text-text-2">
        <strong className="font-medium text-text">{formatCount(tokens)}</strong> tokens in all; the longest document has{" "}
        <strong className="font-medium text-text">{formatCount(longest)}</strong>.
      </p>
      <ol className="flex h-32 items-end gap-1" aria-label="Documents by length">
        {counts.map((count, index) => {
          const range = `${formatCount(edges[index] ?? 0)} to ${formatCount(edges[index + 1] ?? 0)} tokens`;
          return (
            <li
              key={range}
              className="flex h-full min-w-0 flex-1 flex-col justify-end"
              title={`${range}: ${formatDocuments(count)}`}
            >
              <span className="sr-only">{`${range}: ${formatDocuments(count)}`}</span>
              <span aria-hidden className="tabular mb-0.5 truncate text-center text-[10px] text-text-3">
                {count > 0 ? formatCompact(count) : ""}
              </span>
              <div
                aria-hidden
                className="rounded-t-sm bg-series-1"
                style={{ height: `${(count / highest) * 80}%`, minHeight: count > 0 ? 2 : 0 }}
              />
            </li>
          );
        })}
      </ol>
      <ol aria-hidden className="tabular flex gap-1 border-t border-line-strong pt-1 text-[10px] text-text-3">
        {counts.map((_, index) => (
          <li key={edges[index]} className="min-w-0 flex-1 truncate">
            {edges[index] ?? 0}
          </li>
        ))}
      </ol>
      <p className="mt-1 text-right text-[11px] text-text-3">tokens, from</p>
    </div>
  );
}
