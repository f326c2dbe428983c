/** @file Numbers as people read them. One locale, so that server and browser write the same text. */

export { formatBytes } from "@/lib/contracts/format-bytes";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

export const formatCount = (value: number): string => whole.format(value);

/** "1 document", "1,200 documents". */
export const formatDocuments = (count: number): string =>
  `${formatCount(count)} ${count === 1 ? "document" : "documents"}`;

/** 4,210,688 → "4.21M". */
export const formatCompact = (value: number): string => compact.format(value);

export const formatLoss = (loss: number | null): string => (loss === null ? "–" : loss.toFixed(4));

/** exp(loss): how many tokens the model is, on average, undecided between. */
export function formatPerplexity(loss: number | null): string {
  if (loss === null) return "–";
  const value = Math.exp(loss);
  return value >= 1e5 ? value.toExponential(2) : value.toFixed(value >= 100 ? 0 : 2);
}

/** Every digit that was meant: 0.000025 → "2.5e-5", 0.01 → "0.01". */
export function formatRate(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 1e-3 ? trimExponent(value.toExponential(3)) : String(Number(value.toPrecision(4)));
}

const trimExponent = (text: string): string => text.replace(/\.?0+e/, "e");

/** 95 s → "1 min 35 s". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function formatAgo(iso: string, now: number): string {
  const milliseconds = now - Date.parse(iso);
  if (milliseconds < 45_000) return "just now";
  if (milliseconds < 3_600_000) return `${Math.round(milliseconds / 60_000)} min ago`;
  if (milliseconds < 86_400_000) return `${Math.round(milliseconds / 3_600_000)} h ago`;
  return `${Math.round(milliseconds / 86_400_000)} d ago`;
}

/** Relative change of a loss in percent; negative is better. Null when it can't be said. */
export function lossChangePercent(before: number | null, after: number | null): number | null {
  return before === null || after === null || before === 0 ? null : ((after - before) / before) * 100;
}

export const formatSignedPercent = (percent: number): string =>
  `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent).toFixed(1)} %`;
