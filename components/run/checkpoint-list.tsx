import { Card } from "@/components/ui/card";
import { formatCount } from "@/components/ui/format";
import { isFinal, type RunStatus } from "@/lib/contracts/run-status";

export function CheckpointList({ checkpoints, status }: { checkpoints: number[]; status: RunStatus }) {
  return (
    <Card title="Checkpoints">
      {checkpoints.length === 0 ? (
        <p className="text-text-3">
          {isFinal(status) ? "None was written." : "None yet. One is written when you press Stop, too."}
        </p>
      ) : (
        <>
          <ul className="tabular flex max-h-24 flex-wrap gap-1.5 overflow-y-auto">
            {checkpoints.map((step) => (
              <li key={step} className="rounded bg-surface-2 px-2 py-0.5 text-[12px]">
                step {formatCount(step)}
              </li>
            ))}
          </ul>
          {status !== "completed" && (
            <p className="mt-2 text-[12px] text-text-3">“Resume” goes on from the newest one.</p>
          )}
        </>
      )}
    </Card>
  );
}
