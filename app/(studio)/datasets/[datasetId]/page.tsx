import type { Metadata } from "next";
import Link from "next/link";
import { CardView } from "@/components/datasets/card-view";
import { DatasetOverview } from "@/components/datasets/dataset-overview";
import { DeleteDataset } from "@/components/datasets/delete-dataset";
import { LineageView } from "@/components/datasets/lineage-view";
import { ReportScreen } from "@/components/datasets/report/report-screen";
import { buttonClass } from "@/components/ui/button";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs } from "@/components/ui/tabs";
import { REPOSITORY_DATASET_NAME, versionedName } from "@/lib/contracts/dataset-name";
import { describeSource } from "@/lib/contracts/describe-source";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { getLineage } from "@/lib/services/datasets/get-lineage";
import { listModels } from "@/lib/services/models/list-models";
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
  const dataset = await orNotFound(getDataset(ctx, asked));
  const [{ report, card }, { children, ...lineage }, models] = await Promise.all([
    getDatasetReport(ctx, { datasetId: dataset.id }),
    getLineage(ctx, { datasetId: dataset.id }),
    listModels(ctx),
  ]);
  const overview = (
    <DatasetOverview dataset={dataset} modelIds={models.map(({ id }) => id)} hasReport={report !== null} />
  );
  const versions = <LineageView datasetId={dataset.id} {...lineage} descendants={children} />;
  const tabs = [
    { id: "overview", label: "Overview", panel: overview },
    ...(report === null ? [] : [{ id: "report", label: "Report", panel: <ReportScreen report={report} /> }]),
    ...(card === null
      ? []
      : [{ id: "card", label: "Data card", panel: <CardView datasetId={dataset.id} card={card} /> }]),
    { id: "versions", label: "Versions", panel: versions },
  ];
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
      <Tabs key={dataset.id} label="About this dataset" tabs={tabs} initial={String(view ?? "")} param="view" />
    </>
  );
}
