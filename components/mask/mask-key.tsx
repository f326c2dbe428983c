import { cn } from "@/components/ui/cn";
import { formatCount } from "@/components/ui/format";
import type { MaskBlock } from "@/lib/contracts/dataset";
import { LOSS_CLASS, NO_LOSS_CLASS } from "./token-class";

export function MaskKey({ block: { tokens, trainableTokens } }: { block: MaskBlock }) {
  const padding = tokens.filter(({ segment }) => segment < 0).length;
  const others = tokens.length - padding - trainableTokens;
  return (
    <div className="mb-4 flex flex-wrap gap-x-6 gap-y-2 border-b pb-4 text-[13px] text-text-2">
      <span className="flex items-center gap-2">
        <span className={cn("px-1 font-mono text-[12px]", LOSS_CLASS)}>token</span> gets loss:{" "}
        {formatCount(trainableTokens)} ({((trainableTokens / tokens.length) * 100).toFixed(0)} %)
      </span>
      <span className="flex items-center gap-2">
        <span className={cn("px-1 font-mono text-[12px]", NO_LOSS_CLASS)}>token</span> only read: {formatCount(others)}
      </span>
      <span>padding: {formatCount(padding)}</span>
      {tokens.some(({ part }) => part === "middle") && (
        <p className="basis-full">
          A gap is cut into the file. The model reads what stands before it (prefix) and after it (suffix), then writes
          what fills it (middle) and stops.
        </p>
      )}
      <span className="text-text-3">↵ line break · ⇥ tab · “·” space</span>
    </div>
  );
}
