import { formatBytes, formatCount, formatDuration } from "@/components/ui/format";
import { Stat } from "@/components/ui/stat";
import { TimeAgo } from "@/components/ui/time-ago";
import type { DatasetReport } from "@/lib/contracts/dataset-report";
import { AmountBars } from "../amount-bars";
import { FunnelChart } from "./funnel-chart";
import { SourceList } from "./source-list";
import { StepList } from "./step-list";

const licenseName = (id: string): string => (id === "NOASSERTION" ? "unknown" : id);

/** What a build did, from the sources to the documents. */
export function ReportScreen({ report }: { report: DatasetReport }) {
  const { input, output, sources, steps } = report;
  const share = input.bytes > 0 ? (output.bytes / input.bytes) * 100 : 0;
  return (
    <div className="flex flex-col gap-4" data-testid="report">
      <dl className="grid grid-cols-2 gap-4 rounded-box border bg-surface p-4 sm:grid-cols-3 lg:grid-cols-6">
        <Stat label="Came in" value={`${formatCount(input.files)} files`} detail={formatBytes(input.bytes)} />
        <Stat label="Left" value={`${formatCount(output.documents)} documents`} detail={formatBytes(output.bytes)} />
        <Stat label="Kept" value={`${share.toFixed(share < 10 ? 1 : 0)} %`} detail="of the size" />
        <Stat label="Took" value={formatDuration(report.durationMs)} />
        <Stat label="Memory at most" value={formatBytes(report.peakBytes)} />
        <Stat label="Built" value={<TimeAgo iso={report.builtAt} />} />
      </dl>
      <FunnelChart report={report} />
      <StepList steps={steps} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <AmountBars title="Languages, by size" amounts={output.languages} />
        <AmountBars title="Licences, by size" amounts={output.licenses} nameOf={licenseName} />
        {output.splits !== null && (
          <AmountBars
            title="Split"
            amounts={output.splits}
            nameOf={(split) => (split === "train" ? "Training" : "Evaluation")}
          />
        )}
      </div>
      <SourceList sources={sources} />
    </div>
  );
}
