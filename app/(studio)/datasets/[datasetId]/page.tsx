import type { Metadata } from "next";
import Link from "next/link";
import { DatasetTabs } from "@/components/datasets/dataset-tabs";
import { DeleteDataset } from "@/components/datasets/delete-dataset";
import { buttonClass } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { REPOSITORY_DATASET_NAME, versionedName } from "@/lib/contracts/dataset-name";
import { describeSource } from "@/lib/contracts/describe-source";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { getDatasetView } from "@/lib/services/datasets/get-dataset-view";
import { getLineage } from "@/lib/services/datasets/get-lineage";
import { listModels } from "@/lib/services/models/list-models";
import { attempt } from "@/lib/web/attempt";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";

import { deleteDatasetAction } from "../../actions";

export const metadata: Metadata = { title: "Dataset" };

interface DatasetPageProps {
  params: Promise<{ datasetId: string }>;
  searchParams: Promise<{ view?: string | string[] }>;
}

export default async function DatasetPage({ params, searchParams }: DatasetPageProps) {
  const asked = { datasetId: decodeURIComponent((await params).datasetId) };
  const { view } = await searchParams;
  const ctx = await pageContext();
  const dataset = await orNotFound(getDatasetView(ctx, asked));
  const ref = { datasetId: dataset.id };
  // Each part may be unreadable by itself: then it says so in its own place.
  const [detail, papers, lineage, models] = await Promise.all([
    attempt(getDataset(ctx, ref)),
    attempt(getDatasetReport(ctx, ref)),
    getLineage(ctx, ref),
    listModels(ctx),
  ]);
  return (
    <>
      <PageHeader
        title={versionedName(dataset)}
        description={<span className="break-all font-mono text-[12.5px]">{describeSource(dataset.source).where}</span>}
        actions={
          <>
            <Link href={`/datasets/new?source=mix&of=${dataset.id}`} className={buttonClass("secondary")}>
              Derive…
            </Link>
            <Link href={`/datasets/${dataset.id}/mask`} className={buttonClass("secondary")}>
              See what gets loss
            </Link>
            <Link href={`/runs/new?dataset=${dataset.id}`} className={buttonClass("primary")}>
              Train on this
            </Link>
            {dataset.name !== REPOSITORY_DATASET_NAME && (
              <DeleteDataset dataset={dataset} remove={deleteDatasetAction} />
            )}
          </>
        }
      />
      <DatasetTabs
        key={dataset.id}
        datasetId={dataset.id}
        {...{ detail, papers, lineage }}
        modelIds={models.map(({ id }) => id)}
        view={String(view ?? "")}
      />
    </>
  );
}
