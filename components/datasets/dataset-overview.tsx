import type { DatasetDetailView } from "@/lib/contracts/views";
import { AmountBars } from "./amount-bars";
import { DatasetSummary } from "./dataset-summary";
import { LengthChart } from "./length-chart";
import { PreviewRows } from "./preview-rows";
import { SkippedList } from "./skipped-list";

export interface DatasetOverviewProps {
  dataset: DatasetDetailView;
  modelIds: string[];
  /** Then what was left out is told there, step by step. */
  hasReport: boolean;
}

/** Facts, lengths, languages and real rows. */
export function DatasetOverview({ dataset, modelIds, hasReport }: DatasetOverviewProps) {
  const rows = <PreviewRows rows={dataset.preview} documents={dataset.stats.documents} />;
  return (
    <div className="flex flex-col gap-4">
      <DatasetSummary dataset={dataset} />
      <div className="grid gap-4 lg:grid-cols-2">
        <LengthChart datasetId={dataset.id} modelIds={modelIds} />
        <AmountBars title="Languages, by size" amounts={dataset.stats.languages} />
      </div>
      {hasReport ? (
        rows
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_360px]">
          {rows}
          <SkippedList stats={dataset.stats} />
        </div>
      )}
    </div>
  );
}
