import type { Metadata } from "next";
import Link from "next/link";
import { DatasetTable } from "@/components/datasets/dataset-table";
import { JobPanel } from "@/components/jobs/job-panel";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { listJobs } from "@/lib/services/jobs/list-jobs";
import { pageContext } from "@/lib/web/page-context";
import { cancelJobAction, deleteJobAction, resumeJobAction } from "../../actions";

export const metadata: Metadata = { title: "Datasets" };

export default async function DatasetsPage() {
  const ctx = await pageContext();
  const [datasets, jobs] = await Promise.all([listDatasets(ctx), listJobs(ctx)]);
  const add = (
    <Link href="/datasets/new" className={buttonClass("primary")}>
      New dataset
    </Link>
  );
  return (
    <>
      <PageHeader
        title="Datasets"
        description="What models learn from: your code, cleaned step by step, and rows of your own."
        actions={add}
      />
      <JobPanel
        initial={jobs}
        family="datasets"
        actions={{ cancel: cancelJobAction, resume: resumeJobAction, remove: deleteJobAction }}
      />
      <Card isFlush>
        {datasets.length > 0 ? (
          <DatasetTable datasets={datasets} />
        ) : (
          <EmptyState title="No datasets yet" action={add}>
            Make one from a folder of code or a file of rows. The studio’s own source is added by itself when the studio
            starts.
          </EmptyState>
        )}
      </Card>
    </>
  );
}
