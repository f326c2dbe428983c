import { cn } from "@/components/ui/cn";
import { formatLoss, formatSignedPercent, lossChangePercent } from "@/components/ui/format";

/** "3.1042 → 2.6120 −15.9 %", or "3.1042 at the start" of a run that has not come to its end. */
export function LossChange({ before, after }: { before: number | null; after: number | null }) {
  if (before === null) return <span className="text-text-3">–</span>;
  const percent = lossChangePercent(before, after);
  return (
    <span>
      {formatLoss(before)}
      {after === null ? (
        <span className="text-text-3"> at the start</span>
      ) : (
        <>
          <span className="text-text-3"> → </span>
          {formatLoss(after)}
        </>
      )}
      {percent !== null && (
        <span className={cn("ml-2 font-medium", percent < 0 ? "text-good" : "text-warn")}>
          {formatSignedPercent(percent)}
        </span>
      )}
    </span>
  );
}
