import type { ChartToken } from "./use-chart-colors";

export interface LegendItem {
  label: string;
  color: ChartToken;
  isDashed?: boolean;
  isFaint?: boolean;
}

/** Line samples with names. The dash is drawn too: colour alone does not tell the series apart. */
export function Legend({ items }: { items: LegendItem[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[12px] text-text-2">
      {items.map(({ label, color, isDashed, isFaint }) => (
        <li key={label} className="flex items-center gap-1.5">
          <svg aria-hidden width="22" height="8">
            <line
              x1="0"
              x2="22"
              y1="4"
              y2="4"
              strokeWidth={isFaint ? 1 : 2}
              opacity={isFaint ? 0.5 : 1}
              strokeDasharray={isDashed ? "5 3" : undefined}
              style={{ stroke: `var(${color})` }}
            />
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
