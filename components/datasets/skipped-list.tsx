import { Card } from "@/components/ui/card";
import { formatCount } from "@/components/ui/format";
import type { DatasetStats } from "@/lib/contracts/dataset";

/** What was left out of the dataset and why, with examples. */
export function SkippedList({ stats }: { stats: DatasetStats }) {
  const reasons = Object.entries(stats.skipped).sort(([, a], [, b]) => b.count - a.count);
  const total = reasons.reduce((sum, [, { count }]) => sum + count, 0);
  return (
    <Card title="Left out" aside={<span className="tabular text-[12px] text-text-2">{formatCount(total)}</span>}>
      {reasons.length === 0 ? (
        <p className="text-text-3">Nothing: every file was taken.</p>
      ) : (
        <ul className="flex max-h-80 flex-col gap-3 overflow-y-auto">
          {reasons.map(([reason, { count, examples }]) => (
            <li key={reason}>
              <p className="flex justify-between gap-3 text-[13px]">
                <span className="font-medium">{reason}</span>
                <span className="tabular text-text-2">{formatCount(count)}</span>
              </p>
              <p className="break-all font-mono text-[12px] text-text-3">{examples.slice(0, 3).join(", ")}</p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
