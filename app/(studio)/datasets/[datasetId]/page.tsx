import type { Metadata } from "next";
import Link from "next/link";
import { DatasetSummary } from "@/components/datasets/dataset-summary";
import { LanguageBars } from "@/components/datasets/language-bars";
import { LengthChart } from "@/components/datasets/length-chart";
import { PreviewRows } from "@/components/datasets/preview-rows";
import { SkippedList } from "@/components/datasets/skipped-list";
import { buttonClass } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { listModels } from "@/lib/services/models/list-models";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";

export const metadata: Metadata = { title: "Dataset" };

export default async function DatasetPage({ params }: { params: Promise<{ datasetId: string }> }) {
  const datasetId = decodeURIComponent((await params).datasetId);
  const ctx = await pageContext();
  const [dataset, models] = await Promise.all([orNotFound(getDataset(ctx, { datasetId })), listModels(ctx)]);
  return (
    <>
      <PageHeader
        title={dataset.name}
        description={<span className="break-all font-mono text-[12.5px]">{dataset.source.path}</span>}
        actions={
          <>
            <Link href={`/datasets/${dataset.id}/mask`} className={buttonClass("secondary")}>
              See what gets loss
            </Link>
            <Link href={`/runs/new?dataset=${dataset.id}`} className={buttonClass("primary")}>
              Train on this
            </Link>
          </>
        }
      />
      <div className="flex flex-col gap-4">
        <DatasetSummary dataset={dataset} />
        <div className="grid gap-4 lg:grid-cols-2">
          <LengthChart datasetId={dataset.id} modelIds={models.map(({ id }) => id)} />
          <LanguageBars stats={dataset.stats} />
        </div>
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_360px]">
          <PreviewRows rows={dataset.preview} documents={dataset.stats.documents} />
          <SkippedList stats={dataset.stats} />
        </div>
      </div>
    </>
  );
}
