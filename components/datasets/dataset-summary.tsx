import { formatBytes, formatCount } from "@/components/ui/format";
import { Stat } from "@/components/ui/stat";
import { TimeAgo } from "@/components/ui/time-ago";
import { describeSource } from "@/lib/contracts/describe-source";
import type { DatasetView } from "@/lib/contracts/views";

export function DatasetSummary({ dataset: { stats, source, contentHash, createdAt } }: { dataset: DatasetView }) {
  return (
    <dl className="grid grid-cols-2 gap-4 rounded-box border bg-surface p-4 sm:grid-cols-3 lg:grid-cols-6">
      <Stat label="Documents" value={formatCount(stats.documents)} />
      <Stat label="Size" value={formatBytes(stats.bytes)} />
      <Stat label="Languages" value={formatCount(Object.keys(stats.languages).length)} />
      <Stat label="Source" value={describeSource(source).what} />
      <Stat label="Added" value={<TimeAgo iso={createdAt} />} />
      <Stat
        label="Content"
        value={<code className="font-mono text-[13px]">{contentHash.slice(0, 10)}</code>}
        title={`sha256 ${contentHash}`}
      />
    </dl>
  );
}
