import type { ReactNode } from "react";

/** One label of a run, as an entry of a list. */
export function TagChip({ tag, children }: { tag: string; children?: ReactNode }) {
  return (
    <li className="inline-flex min-h-5 max-w-full items-center gap-1 rounded bg-surface-3 px-1.5 text-[12px] text-text-2">
      <span className="min-w-0 truncate">{tag}</span>
      {children}
    </li>
  );
}
