import { cn } from "./cn";

export interface ProgressBarProps {
  label: string;
  /** 0 to 1; null when how much there is to do is not known yet. */
  fraction: number | null;
  tone?: "accent" | "good" | "muted" | "bad";
  className?: string;
}

const TONES = { accent: "bg-accent", good: "bg-good", muted: "bg-line-strong", bad: "bg-bad" };

export function ProgressBar({ label, fraction, tone = "accent", className }: ProgressBarProps) {
  const percent = fraction === null ? null : Math.min(100, Math.max(0, fraction * 100));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === null ? undefined : Math.round(percent)}
      className={cn("h-1.5 overflow-hidden rounded-full bg-surface-3", className)}
    >
      <div
        className={cn(
          "h-full rounded-full transition-[width] duration-300",
          TONES[tone],
          percent === null && "w-1/4 animate-pulse",
        )}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
