import { ChevronRight } from "lucide-react";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { formatBytes, formatCount, formatDuration } from "@/components/ui/format";
import type { ReportStep } from "@/lib/contracts/dataset-report";
import { stepLabel } from "./step-labels";

/** Every step of the build with its counts; what it took unfolds, with reasons and examples. */
export function StepList({ steps }: { steps: ReportStep[] }) {
  return (
    <Card
      title="Step by step"
      aside={<span className="text-[12px] text-text-3">open a step for examples</span>}
      isFlush
    >
      <ol>
        {steps.map((step) => (
          <li key={step.id} className="border-b last:border-b-0">
            {step.reasons.length > 0 ? (
              <details className="group">
                <summary className="list-none [&::-webkit-details-marker]:hidden">
                  <StepLine step={step} isFoldable />
                </summary>
                <Reasons step={step} />
              </details>
            ) : (
              <StepLine step={step} />
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function StepLine({ step, isFoldable = false }: { step: ReportStep; isFoldable?: boolean }) {
  const { label, about } = stepLabel(step.id);
  return (
    <div
      className={cn(
        "grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-2 gap-y-1 px-4 py-3 sm:grid-cols-[16px_minmax(0,1fr)_auto]",
        isFoldable && "cursor-pointer hover:bg-surface-2",
        !step.isOn && "text-text-3",
      )}
    >
      {isFoldable ? (
        <ChevronRight aria-hidden className="mt-0.5 size-4 text-text-3 transition-transform group-open:rotate-90" />
      ) : (
        <span />
      )}
      <div className="min-w-0">
        <p className="font-medium text-[13px]">{label}</p>
        <p className="text-[12px] text-text-3">{about}</p>
      </div>
      <div className="tabular text-[13px] max-sm:col-start-2 max-sm:flex max-sm:gap-x-3 sm:text-right">
        <p>{outcomeOf(step)}</p>
        {step.isOn && (
          <p className="text-[12px] text-text-3">
            {step.reused > 0 ? `${step.reused.toLocaleString("en-US")} reused` : duration(step.durationMs)}
          </p>
        )}
      </div>
    </div>
  );
}

const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : formatDuration(ms));

/** They take nothing out. */
const ARRANGING = ["order", "split"];

/** "took 120 of 4,000 (1.2 MB)", "changed 3", "took nothing", "off". */
function outcomeOf({ id, isOn, before, removed, changed }: ReportStep): string {
  if (!isOn) return "off";
  const parts: string[] = [];
  if (removed.documents > 0)
    parts.push(
      `took ${formatCount(removed.documents)} of ${formatCount(before.documents)} (${formatBytes(removed.bytes)})`,
    );
  if (changed > 0) parts.push(`changed ${formatCount(changed)}`);
  return parts.join(", ") || (ARRANGING.includes(id) ? "done" : "took nothing");
}

function Reasons({ step }: { step: ReportStep }) {
  return (
    <ul className="flex flex-col gap-4 px-4 pt-1 pb-4 sm:pl-10">
      {step.reasons.map(({ reason, documents, bytes, examples }) => (
        <li key={reason} className="min-w-0">
          <p className="flex flex-wrap justify-between gap-x-4 text-[13px]">
            <span className="wrap-anywhere font-medium">{reason}</span>
            <span className="tabular text-text-2">
              {formatCount(documents)} · {formatBytes(bytes)}
            </span>
          </p>
          <ul className="mt-1 flex flex-col gap-1">
            {examples.map(({ name, detail }) => (
              <li key={`${name} ${detail}`} className="wrap-anywhere text-[12px]">
                <code className="font-mono text-text-2">{name}</code>
                {detail !== "" && <span className="text-text-3"> – {detail}</span>}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
