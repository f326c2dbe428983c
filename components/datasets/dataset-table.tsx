import Link from "next/link";
import { formatBytes, formatCount, formatDocuments } from "@/components/ui/format";
import { ListTable } from "@/components/ui/list-table";
import { TimeAgo } from "@/components/ui/time-ago";
import type { DatasetView } from "@/lib/contracts/views";
import { languagesOf } from "./languages-of";

const HEADINGS = ["Dataset", "Documents", "Size", "Languages", "Left out", "Added"];

export function DatasetTable({ datasets }: { datasets: DatasetView[] }) {
  return (
    <ListTable headings={HEADINGS}>
      {datasets.map(({ id, name, source, stats, createdAt }) => (
        <tr key={id} className="relative border-b last:border-b-0 hover:bg-surface-2">
          <td className="max-w-[280px] px-4 py-2.5">
            <Link href={`/datasets/${id}`} className="block truncate font-medium after:absolute after:inset-0">
              {name}
            </Link>
            <p className="truncate text-[12px] text-text-3" title={source.path}>
              {source.kind === "folder" ? "Folder" : "JSONL"} · {source.path}
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
          <td className="max-sm:hidden tabular px-4 py-2.5 text-text-2">
            {formatCount(Object.values(stats.skipped).reduce((sum, { count }) => sum + count, 0))}
          </td>
          <td className="max-sm:hidden whitespace-nowrap px-4 py-2.5 text-text-2">
            <TimeAgo iso={createdAt} />
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
