import Link from "next/link";
import { Card } from "@/components/ui/card";
import { formatBytes, formatDocuments } from "@/components/ui/format";
import { TimeAgo } from "@/components/ui/time-ago";
import { versionedName } from "@/lib/contracts/dataset-name";
import type { DatasetView } from "@/lib/contracts/views";

export interface LineageViewProps {
  datasetId: string;
  versions: DatasetView[];
  parents: DatasetView[];
  lostParents: number;
  /** What was made from it. */
  descendants: DatasetView[];
}

/** Versions of the same name, what it was made from, and what was made from it. */
export function LineageView({ datasetId, versions, parents, lostParents, descendants }: LineageViewProps) {
  return (
    <div className="flex flex-col gap-4">
      <Card title="Versions" isFlush>
        <DatasetList datasets={versions} currentId={datasetId} />
      </Card>
      {parents.length + lostParents > 0 && (
        <Card title="Made from" isFlush>
          <DatasetList datasets={parents} />
          {lostParents > 0 && (
            <p className="px-4 py-3 text-[13px] text-text-3">
              and {formatDocuments(lostParents).replace("document", "dataset")} that {lostParents === 1 ? "is" : "are"}{" "}
              gone
            </p>
          )}
        </Card>
      )}
      {descendants.length > 0 && (
        <Card title="What was made from it" isFlush>
          <DatasetList datasets={descendants} />
        </Card>
      )}
    </div>
  );
}

function DatasetList({ datasets, currentId }: { datasets: DatasetView[]; currentId?: string }) {
  return (
    <ul>
      {datasets.map((dataset) => {
        const { id, name, version, stats, contentHash, createdAt } = dataset;
        return (
          <li key={id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 border-b px-4 py-2.5 last:border-b-0">
            {id === currentId ? (
              <span aria-current="page" className="font-medium text-[13px]">
                {name}@{version} (this one)
              </span>
            ) : (
              <Link
                href={`/datasets/${id}`}
                className="font-medium text-[13px] text-accent underline underline-offset-2"
              >
                {currentId === undefined ? versionedName(dataset) : `${name}@${version}`}
              </Link>
            )}
            <span className="tabular text-[12px] text-text-2">
              {formatDocuments(stats.documents)} · {formatBytes(stats.bytes)} · <TimeAgo iso={createdAt} />
            </span>
            <code className="ml-auto font-mono text-[12px] text-text-3" title={`sha256 ${contentHash}`}>
              {contentHash.slice(0, 10)}
            </code>
          </li>
        );
      })}
    </ul>
  );
}
