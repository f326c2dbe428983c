import { Card } from "@/components/ui/card";
import { formatBytes, formatDocuments } from "@/components/ui/format";
import type { DatasetStats } from "@/lib/contracts/dataset";
import { languagesOf } from "./languages-of";

const SHOWN = 8;

export function LanguageBars({ stats }: { stats: DatasetStats }) {
  const languages = languagesOf(stats);
  const rest = languages.length - SHOWN;
  return (
    <Card title="Languages, by size">
      <ul className="flex flex-col gap-2.5">
        {languages.slice(0, SHOWN).map(({ name, documents, bytes, share }) => (
          <li key={name}>
            <div className="tabular mb-1 flex justify-between gap-3 text-[13px]">
              <span className="truncate font-medium">{name}</span>
              <span className="whitespace-nowrap text-text-2">
                {formatDocuments(documents)} · {formatBytes(bytes)} · {(share * 100).toFixed(share < 0.01 ? 1 : 0)} %
              </span>
            </div>
            <div className="h-1.5 rounded-full bg-surface-3">
              <div className="h-full min-w-0.5 rounded-full bg-series-1" style={{ width: `${share * 100}%` }} />
            </div>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="mt-3 text-[12px] text-text-3">and {rest} more</p>}
    </Card>
  );
}
