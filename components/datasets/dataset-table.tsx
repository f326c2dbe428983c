import Link from "next/link";
import { formatBytes, formatCount, formatDocuments } from "@/components/ui/format";
import { ListTable } from "@/components/ui/list-table";
import { TimeAgo } from "@/components/ui/time-ago";
import { versionedName } from "@/lib/contracts/dataset-name";
import { describeSource } from "@/lib/contracts/describe-source";
import type { DatasetView } from "@/lib/contracts/views";
import { languagesOf } from "./languages-of";
import { newestOfEachName } from "./newest-of-each-name";

const HEADINGS = ["Dataset", "Documents", "Size", "Languages", "Made from", "Added"];

/** The newest version of every name; earlier ones are on its page. */
export function DatasetTable({ datasets }: { datasets: DatasetView[] }) {
  const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  return (
    <ListTable headings={HEADINGS}>
      {newestOfEachName(datasets).map(({ id, name, version, source, stats, parents, createdAt }) => {
        const { what, where } = describeSource(source);
        return (
          <tr key={id} className="relative border-b last:border-b-0 hover:bg-surface-2">
            <td className="max-w-[300px] px-4 py-2.5">
              <p className="flex items-baseline gap-2">
                <Link href={`/datasets/${id}`} className="min-w-0 truncate font-medium after:absolute after:inset-0">
                  {name}
                </Link>
                {version > 1 && (
                  <span className="tabular shrink-0 rounded bg-surface-3 px-1.5 text-[11px] text-text-2">
                    version {version}
                  </span>
                )}
              </p>
              <p className="truncate text-[12px] text-text-3" title={where}>
                {what} · {where}
              </p>
              <p className="tabular text-[12px] text-text-2 sm:hidden">
                {formatDocuments(stats.documents)} · {formatBytes(stats.bytes)}
              </p>
            </td>
            <td className="max-sm:hidden tabular px-4 py-2.5">{formatCount(stats.documents)}</td>
            <td className="max-sm:hidden tabular whitespace-nowrap px-4 py-2.5">{formatBytes(stats.bytes)}</td>
            <td className="max-sm:hidden max-w-[200px] truncate px-4 py-2.5 text-text-2">
              {languagesOf(stats)
                .slice(0, 3)
                .map(({ name: language }) => language)
                .join(", ")}
            </td>
            <td className="max-sm:hidden max-w-[180px] truncate px-4 py-2.5 text-text-2">
              {parents.length === 0 ? "–" : parents.map((parent) => nameOf(byId.get(parent))).join(", ")}
            </td>
            <td className="max-sm:hidden whitespace-nowrap px-4 py-2.5 text-text-2">
              <TimeAgo iso={createdAt} />
            </td>
          </tr>
        );
      })}
    </ListTable>
  );
}

const nameOf = (dataset: DatasetView | undefined): string =>
  dataset === undefined ? "one that is gone" : versionedName(dataset);
