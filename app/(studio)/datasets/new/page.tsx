import type { Metadata } from "next";
import { DatasetForm } from "@/components/datasets/dataset-form";
import { PageHeader } from "@/components/ui/page-header";
import { pageContext } from "@/lib/web/page-context";
import { createJobAction } from "../../actions";

export const metadata: Metadata = { title: "Add dataset" };

export default async function NewDatasetPage() {
  await pageContext();
  return (
    <>
      <PageHeader
        title="Add dataset"
        description="It is read once, cleaned and kept; the original is not touched and nothing leaves this machine."
      />
      <DatasetForm create={createJobAction} />
    </>
  );
}
