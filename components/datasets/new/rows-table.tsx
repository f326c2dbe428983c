const shown = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 1);

export interface RowsTableProps {
  columns: readonly { name: string; type: string }[];
  rows: readonly Record<string, unknown>[];
}

/** The first rows of a table, with what its columns hold. */
export function RowsTable({ columns, rows }: RowsTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
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
                    {shown(row[name])}
                  </pre>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
