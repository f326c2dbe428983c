import { Card } from "@/components/ui/card";
import { formatBytes, formatCount } from "@/components/ui/format";
import type { HubRowsView } from "@/lib/contracts/hub";

const shown = (value: unknown): string =>
  value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 1);

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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="max-h-[28rem] overflow-auto" aria-label="First rows" tabIndex={0}>
        <table className="w-full text-left text-[12px]">
          <thead className="sticky top-0 bg-surface">
            <tr className="border-b">
              {columns.map(({ name, type }) => (
                <th key={name} scope="col" className="px-3 py-2 align-top font-medium">
                  <span className="font-mono">{name}</span>
                  <span className="block font-normal text-text-3">{type}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name and never change places
              <tr key={index} className="border-b last:border-b-0">
                {columns.map(({ name }) => (
                  <td key={name} className="px-3 py-2 align-top">
                    <pre className="max-h-36 min-w-28 max-w-96 overflow-auto whitespace-pre-wrap break-words font-mono text-[11.5px] leading-[1.5]">
                      {shown(row[name] ?? null)}
                    </pre>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
