import { Fragment } from "react";
import { cn } from "@/components/ui/cn";
import { formatCount } from "@/components/ui/format";
import { fimOrderOf, groupParts, type PartGroup } from "./group-parts";
import type { Segment } from "./group-segments";
import { PART_LABELS } from "./part-labels";
import { showToken } from "./show-token";
import { LOSS_CLASS, NO_LOSS_CLASS, SENTINEL_CLASS } from "./token-class";

const ORDERS = {
  psm: "fill in the middle: prefix, suffix, then the middle (PSM)",
  spm: "fill in the middle: suffix, prefix, then the middle (SPM)",
};

/** One document, or piece of one. Plain text is one run; others are shown part by part, each with its name. */
export function SegmentTokens({ segment, name }: { segment: Segment; name: string }) {
  const groups = groupParts(segment.tokens);
  const order = fimOrderOf(groups);
  const isPlain = groups.every(({ part }) => part === "text" || part === "end");
  return (
    <section aria-label={name} className="mt-4 first:mt-0">
      <h3 className="mb-1.5 flex flex-wrap items-center gap-x-3 text-[12px] text-text-3">
        <span className="break-all font-mono">{name}</span>
        {order && <span className="text-text-2">{ORDERS[order]}</span>}
        <span aria-hidden className="h-px min-w-4 flex-1 bg-line-strong/50" />
        <span className="tabular whitespace-nowrap">{formatCount(segment.tokens.length)} tokens</span>
      </h3>
      {isPlain ? (
        <Tokens group={{ part: "text", start: 0, tokens: segment.tokens }} offset={segment.start} />
      ) : (
        <div className="flex flex-col gap-1.5">
          {groups.map((group) => (
            <Part key={group.start} group={group} offset={segment.start} />
          ))}
        </div>
      )}
    </section>
  );
}

/** Marks and the end stand in a line of their own; what has a name has it above. */
function Part({ group, offset }: { group: PartGroup; offset: number }) {
  const label = PART_LABELS[group.part];
  if (group.part === "sentinel" || group.part === "end" || label === null)
    return <Tokens group={group} offset={offset} />;
  return (
    <div
      data-part={group.part}
      className={cn("border-l-2 pl-3", group.part === "middle" ? "border-accent" : "border-line-strong/60")}
    >
      <p className="text-[11.5px] text-text-3">
        {label} · {formatCount(group.tokens.length)} {group.tokens.some(({ hasLoss }) => hasLoss) ? "" : "· only read"}
      </p>
      <Tokens group={group} offset={offset} />
    </div>
  );
}

function Tokens({ group, offset }: { group: PartGroup; offset: number }) {
  return (
    <p className="break-words font-mono text-[12.5px] leading-[1.9]">
      {group.tokens.map((token, place) => {
        const index = offset + group.start + place;
        return (
          <Fragment key={index}>
            <span
              data-index={index}
              data-loss={token.hasLoss}
              className={cn(
                "mr-px whitespace-pre-wrap rounded-[2px] scroll-mb-14 box-decoration-clone px-px data-pointed:outline data-pointed:outline-accent",
                token.hasLoss ? LOSS_CLASS : NO_LOSS_CLASS,
                token.part === "sentinel" && SENTINEL_CLASS,
              )}
            >
              {showToken(token.text)}
            </span>
            <wbr />
          </Fragment>
        );
      })}
    </p>
  );
}
