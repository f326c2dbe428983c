import type { Metadata } from "next";
import Link from "next/link";
import { DatasetTable } from "@/components/datasets/dataset-table";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { pageContext } from "@/lib/web/page-context";

export const metadata: Metadata = { title: "Datasets" };

export default async function DatasetsPage() {
  const datasets = await listDatasets(await pageContext());
  const add = (
    <Link href="/datasets/new" className={buttonClass("primary")}>
      Add dataset
    </Link>
  );
  return (
    <>
      <PageHeader
        title="Datasets"
        description="What models learn from: folders of code and JSONL files."
        actions={add}
      />
      <Card isFlush>
        {datasets.length > 0 ? (
          <DatasetTable datasets={datasets} />
        ) : (
          <EmptyState title="No datasets yet" action={add}>
            Add a folder of code or a JSONL file. The studio’s own source is added by itself when the studio starts.
          </EmptyState>
        )}
      </Card>
    </>
  );
}
