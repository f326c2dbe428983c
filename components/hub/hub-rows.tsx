import { RowsTable } from "@/components/datasets/new/rows-table";
import { Card } from "@/components/ui/card";
import { formatBytes, formatCount } from "@/components/ui/format";
import type { HubRowsView } from "@/lib/contracts/hub";

/** Real rows of a split, and what reading them cost. */
export function HubRows({ view }: { view: HubRowsView }) {
  const { columns, rows, fileRows, readBytes, config, split } = view;
  return (
    <Card
      isFlush
      title={`Rows of ${config}/${split}`}
      aside={
        <span className="text-[12px] text-text-3">
          first {rows.length} of {formatCount(fileRows)} in its first file · {formatBytes(readBytes)} read
        </span>
      }
    >
      <RowsTable columns={columns} rows={rows} />
    </Card>
  );
}
