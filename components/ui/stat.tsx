import type { ReactNode } from "react";
import { cn } from "./cn";

export interface StatProps {
  label: string;
  value: ReactNode;
  /** Smaller, after the value: a unit or a second figure. */
  detail?: ReactNode;
  title?: string;
  className?: string;
}

/** One figure with its name; use inside a `<dl>`. */
export function Stat({ label, value, detail, title, className }: StatProps) {
  return (
    <div className={cn("min-w-0", className)} title={title}>
      <dt className="text-[12px] text-text-3">{label}</dt>
      <dd className="tabular mt-0.5 flex flex-wrap items-baseline gap-x-1.5 wrap-anywhere font-medium text-[15px]">
        {value}
        {/* A whole second line where both do not fit into one. */}
        {detail !== undefined && <span className="font-normal text-[12px] text-text-3">{detail}</span>}
      </dd>
    </div>
  );
}
