"use client";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { formatCount } from "@/components/ui/format";
import type { MaskBlock, MaskToken } from "@/lib/contracts/dataset";
import { groupSegments } from "./group-segments";
import { SegmentTokens } from "./segment-tokens";

/** The block's documents one after the other, as they are packed; attention stays inside each. */
export function BlockTokens({ block }: { block: MaskBlock }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const element = useRef<HTMLDivElement>(null);
  // Marked by hand: a block has thousands of tokens, which need not be drawn anew for one of them.
  useEffect(() => {
    const shown = element.current?.querySelector<HTMLElement>(`[data-index="${pointed}"]`);
    if (!shown) return;
    shown.dataset.pointed = "";
    return () => {
      delete shown.dataset.pointed;
    };
  }, [pointed]);
  const choose = (index: number) => {
    setPointed(index);
    element.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const point = (event: PointerEvent) => {
    const index = (event.target as HTMLElement).dataset.index;
    if (index !== undefined) setPointed(Number(index));
  };
  const token = pointed === null ? undefined : block.tokens[pointed];
  return (
    <div ref={element} onPointerOver={point} onPointerDown={point}>
      {groupSegments(block.tokens).map((segment) =>
        segment.segment < 0 ? (
          <p
            key={segment.start}
            className="hatched mt-4 rounded-md border border-dashed px-3 py-2 text-[12px] text-text-3"
          >
            {formatCount(segment.tokens.length)} tokens of padding: neither read nor learned
          </p>
        ) : (
          <SegmentTokens
            key={segment.start}
            segment={segment}
            name={block.documents[segment.segment] ?? `document ${segment.segment + 1}`}
          />
        ),
      )}
      <div className="tabular sticky bottom-0 mt-4 flex min-h-9 items-center gap-3 border-t bg-surface py-2 text-[12px] text-text-2">
        <input
          type="range"
          min={0}
          max={block.tokens.length - 1}
          value={pointed ?? 0}
          aria-label="Token"
          aria-valuetext={token === undefined || pointed === null ? "none chosen" : describe(token, pointed)}
          className="w-28 shrink-0 accent-(--accent-strong)"
          onChange={(event) => choose(Number(event.target.value))}
        />
        <p>
          {token === undefined || pointed === null ? "Point at a token to see its number." : describe(token, pointed)}
        </p>
      </div>
    </div>
  );
}

const describe = (token: MaskToken, index: number): string =>
  `Token ${index} of the block: id ${token.id}, ${JSON.stringify(token.text)}, position ${token.position} in its document, ${token.part && token.part !== "text" ? `${token.part}, ` : ""}${token.hasLoss ? "gets loss" : "no loss"}.`;
