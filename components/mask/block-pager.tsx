import type { MaskBlock } from "@/lib/contracts/dataset";

interface BlockPagerProps {
  block: MaskBlock;
  isBusy: boolean;
  onIndex(index: number): void;
}

export function BlockPager({ block: { index, blocks }, isBusy, onIndex }: BlockPagerProps) {
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
