"use client";
import { useState } from "react";
import { BarChart } from "@/components/charts/bar-chart";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { formatBytes, formatCompact, formatCount } from "@/components/ui/format";
import type { DatasetReport } from "@/lib/contracts/dataset-report";
import { stepLabel } from "./step-labels";

type Unit = "documents" | "bytes";

const UNITS: { unit: Unit; label: string }[] = [
  { unit: "documents", label: "Documents" },
  { unit: "bytes", label: "Size" },
];

/** What came in, what each step took, and what is left. */
export function FunnelChart({ report }: { report: DatasetReport }) {
  const [unit, setUnit] = useState<Unit>("documents");
  const { input, output } = report;
  const cameIn = unit === "bytes" ? input.bytes : input.files;
  // A step that takes nothing says so in the list below.
  const steps = report.steps.filter(({ isOn, removed }) => isOn && removed.documents > 0);
  const categories = ["Came in", ...steps.map(({ id }) => stepLabel(id).label), "Left"];
  const removed = [0, ...steps.map((step) => step.removed[unit]), 0];
  const kept = [cameIn, ...steps.map((step) => Math.max(0, step.before[unit] - step.removed[unit])), output[unit]];
  const format = unit === "bytes" ? formatBytes : formatCompact;
  const exact = unit === "bytes" ? formatBytes : formatCount;
  const words = categories.map(
    (category, i) => `${category}: ${exact(kept[i] ?? 0)} left, ${exact(removed[i] ?? 0)} taken`,
  );
  return (
    <Card
      title="From what came in to what is left"
      aside={
        <fieldset className="flex gap-1 rounded-md bg-surface-2 p-0.5">
          <legend className="sr-only">Counted in</legend>
          {UNITS.map((choice) => (
            <label
              key={choice.unit}
              className={cn(
                "flex h-7 cursor-pointer items-center rounded px-2 font-medium text-[12px] text-text-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                unit === choice.unit && "bg-surface text-text shadow-sm",
              )}
            >
              <input
                type="radio"
                name="funnel-unit"
                className="sr-only"
                checked={unit === choice.unit}
                onChange={() => setUnit(choice.unit)}
              />
              {choice.label}
            </label>
          ))}
        </fieldset>
      }
    >
      <ul aria-hidden className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-[12px] text-text-2">
        <li className="flex items-center gap-1.5">
          <span className="size-2.5 rounded-sm bg-series-1" /> left
        </li>
        <li className="flex items-center gap-1.5">
          <span className="size-2.5 rounded-sm border-[1.5px] border-series-2" /> taken out
        </li>
      </ul>
      <BarChart
        label={words.join("; ")}
        categories={categories}
        series={[
          { label: "left", values: kept, color: "--series-1" },
          { label: "taken out", values: removed, color: "--series-2", isHollow: true },
        ]}
        format={format}
      />
    </Card>
  );
}
