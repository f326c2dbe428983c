import { Card } from "@/components/ui/card";
import { formatBytes, formatDocuments } from "@/components/ui/format";
import { TimeAgo } from "@/components/ui/time-ago";
import type { DatasetReport } from "@/lib/contracts/dataset-report";

/** Where it came from, to the commit. */
export function SourceList({ sources }: { sources: DatasetReport["sources"] }) {
  return (
    <Card title="Sources" isFlush>
      <ul>
        {sources.map(({ address, ref, commit, committedAt, license, documents, bytes }) => (
          <li key={`${address} ${commit}`} className="border-b px-4 py-3 text-[13px] last:border-b-0">
            <p className="break-all font-medium font-mono text-[12.5px]">{address}</p>
            <p className="tabular mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-text-2">
              {commit !== null && (
                <span title={commit}>
                  {ref !== null && `${ref} at `}
                  <code className="font-mono text-[12.5px]">{commit.slice(0, 12)}</code>
                  {committedAt !== null && (
                    <>
                      , committed <TimeAgo iso={committedAt} />
                    </>
                  )}
                </span>
              )}
              <span>{license ?? "no licence found"}</span>
              <span>
                {formatDocuments(documents)}, {formatBytes(bytes)}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
