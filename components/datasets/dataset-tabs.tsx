import { Notice } from "@/components/ui/notice";
import { type Tab, Tabs } from "@/components/ui/tabs";
import type { DatasetDetailView } from "@/lib/contracts/views";
import type { DatasetPapers } from "@/lib/services/datasets/get-dataset-report";
import type { Lineage } from "@/lib/services/datasets/get-lineage";
import { CardView } from "./card-view";
import { DatasetOverview } from "./dataset-overview";
import { LineageView } from "./lineage-view";
import { ReportScreen } from "./report/report-screen";

/** What was read, or the sentence to show in its place. */
type Attempted<T> = { data: T; problem: null } | { data: null; problem: string };

export interface DatasetTabsProps {
  datasetId: string;
  detail: Attempted<DatasetDetailView>;
  papers: Attempted<DatasetPapers>;
  lineage: Lineage;
  modelIds: string[];
  /** The tab that is open at first. */
  view: string;
}

/** All that there is to see of a dataset. A part that can't be read says so in its own place. */
export function DatasetTabs({ datasetId, detail, papers, lineage, modelIds, view }: DatasetTabsProps) {
  const { report = null, card = null } = papers.data ?? {};
  const { children: descendants, ...ancestry } = lineage;
  const tabs: Tab[] = [
    {
      id: "overview",
      label: "Overview",
      panel:
        detail.data === null ? (
          <Unreadable why={detail.problem} />
        ) : (
          <DatasetOverview dataset={detail.data} modelIds={modelIds} hasReport={report !== null} />
        ),
    },
  ];
  if (report !== null) tabs.push({ id: "report", label: "Report", panel: <ReportScreen report={report} /> });
  if (papers.problem !== null) tabs.push({ id: "report", label: "Report", panel: <Unreadable why={papers.problem} /> });
  if (card !== null)
    tabs.push({ id: "card", label: "Data card", panel: <CardView datasetId={datasetId} card={card} /> });
  const versions = <LineageView datasetId={datasetId} {...ancestry} descendants={descendants} />;
  tabs.push({ id: "versions", label: "Versions", panel: versions });
  return <Tabs label="About this dataset" tabs={tabs} initial={view} param="view" />;
}

function Unreadable({ why }: { why: string }) {
  return (
    <Notice tone="bad" title="This can’t be shown.">
      {why}
    </Notice>
  );
}
