import type { ReactNode } from "react";

export interface ListTableProps {
  headings: readonly string[];
  /** Rows with a cell for each heading; on a phone they show the first one only, which then says it all. */
  children: ReactNode;
}

/** A list with headings: one column on a phone, scrolled sideways where it is wider than its place. */
export function ListTable({ headings, children }: ListTableProps) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full table-fixed text-left sm:min-w-[660px] sm:table-auto text-[13px]">
        <thead>
          <tr className="border-b text-[12px] text-text-3 max-sm:hidden">
            {headings.map((heading) => (
              <th key={heading} scope="col" className="px-4 py-2 font-medium">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
