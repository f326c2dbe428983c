"use client";
import { useState } from "react";
import { BlockCard } from "./block-card";
import { MaskControls } from "./mask-controls";
import { type MaskQuery, maskAddress } from "./mask-query";

export interface MaskViewProps {
  datasetId: string;
  models: { id: string; contextLength: number }[];
  start: MaskQuery;
}

/** A prepared block, token by token, as the trainer reads it. */
export function MaskView({ datasetId, models, start }: MaskViewProps) {
  const [query, setQuery] = useState(start);
  const change = (next: Partial<MaskQuery>) => {
    // Other settings make other blocks, so the count starts anew.
    const changed = { ...query, index: null, ...next };
    setQuery(changed);
    window.history.replaceState(null, "", `?${maskAddress(changed)}`);
  };
  return (
    <div className="flex flex-col gap-4">
      <MaskControls query={query} models={models} onChange={change} />
      <BlockCard datasetId={datasetId} query={query} onIndex={(index) => change({ index })} />
    </div>
  );
}
