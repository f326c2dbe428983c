import { Card } from "@/components/ui/card";
import { formatBytes, formatDocuments } from "@/components/ui/format";

export interface AmountBarsProps {
  title: string;
  amounts: Record<string, { documents: number; bytes: number }>;
  /** How a key is written. */
  nameOf?: (key: string) => string;
}

const SHOWN = 8;

/** Shares of a whole, by size, the largest first. */
export function AmountBars({ title, amounts, nameOf = (key) => key }: AmountBarsProps) {
  const entries = Object.entries(amounts).sort(([, a], [, b]) => b.bytes - a.bytes);
  const total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  const rest = entries.length - SHOWN;
  return (
    <Card title={title}>
      <ul className="flex flex-col gap-2.5">
        {entries.slice(0, SHOWN).map(([key, { documents, bytes }]) => {
          const share = total > 0 ? bytes / total : 0;
          return (
            <li key={key}>
              <div className="tabular mb-1 flex justify-between gap-3 text-[13px]">
                <span className="truncate font-medium">{nameOf(key)}</span>
                <span className="whitespace-nowrap text-text-2">
                  {formatDocuments(documents)} · {formatBytes(bytes)} · {(share * 100).toFixed(share < 0.01 ? 1 : 0)} %
                </span>
              </div>
              <div className="h-1.5 rounded-full bg-surface-3">
                <div className="h-full min-w-0.5 rounded-full bg-series-1" style={{ width: `${share * 100}%` }} />
              </div>
            </li>
          );
        })}
      </ul>
      {rest > 0 && <p className="mt-3 text-[12px] text-text-3">and {rest} more</p>}
    </Card>
  );
}
