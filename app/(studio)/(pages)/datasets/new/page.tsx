import type { Metadata } from "next";
import { CodeForm } from "@/components/datasets/new/code/code-form";
import { DeriveForm } from "@/components/datasets/new/derive-form";
import { RowsForm } from "@/components/datasets/new/rows-form";
import { ArgillaTab } from "@/components/hub/argilla-tab";
import { HubTab } from "@/components/hub/hub-tab";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs } from "@/components/ui/tabs";
import { versionedName } from "@/lib/contracts/dataset-name";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { pageContext } from "@/lib/web/page-context";
import { createJobAction } from "../../../actions";

export const metadata: Metadata = { title: "New dataset" };

interface NewDatasetPageProps {
  searchParams: Promise<{ source?: string | string[]; of?: string | string[] }>;
}

export default async function NewDatasetPage({ searchParams }: NewDatasetPageProps) {
  const { source, of } = await searchParams;
  const choices = (await listDatasets(await pageContext())).map((dataset) => ({
    value: dataset.id,
    label: versionedName(dataset),
  }));
  const tabs = [
    { id: "code", label: "Code", panel: <CodeForm create={createJobAction} datasets={choices} /> },
    { id: "upload", label: "Upload", panel: <RowsForm create={createJobAction} /> },
    { id: "hub", label: "Hub", panel: <HubTab create={createJobAction} /> },
    {
      id: "mix",
      label: "Mix & derive",
      panel: (
        <DeriveForm create={createJobAction} datasets={choices} initial={typeof of === "string" ? of : undefined} />
      ),
    },
    { id: "argilla", label: "Argilla", panel: <ArgillaTab create={createJobAction} /> },
  ];
  return (
    <>
      <PageHeader
        title="New dataset"
        description="It is read once, cleaned and kept; the original is not touched. Only what you ask of the Hub or of Argilla leaves this machine."
      />
      <Tabs label="Where the data is" tabs={tabs} initial={String(source ?? "")} param="source" />
    </>
  );
}
