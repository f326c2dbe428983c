import type { MetricPoint } from "@/lib/contracts/views";

const STEPS_LOOKED_AT = 30;

/**
 * Milliseconds to the end at the pace of the last steps, evaluations included. Null until two steps have been timed.
 * A pause far longer than the others (stopped, resumed) is no pace, so the longest gaps don't count.
 */
export function timeLeft(metrics: MetricPoint[], totalSteps: number | null): number | null {
  const last = metrics.at(-1);
  if (totalSteps === null || last === undefined) return null;
  const recent = metrics.filter(({ step }) => step > 0).slice(-STEPS_LOOKED_AT - 1);
  const paces = recent.flatMap((point, index) => {
    const before = recent[index - 1];
    if (before === undefined || point.step <= before.step) return [];
    return [(Date.parse(point.timestamp) - Date.parse(before.timestamp)) / (point.step - before.step)];
  });
  if (paces.length === 0) return null;
  const sorted = paces.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const counted = paces.filter((pace) => pace <= Math.max(usual * 20, 1));
  const mean = counted.reduce((sum, pace) => sum + pace, 0) / counted.length;
  return Math.max(0, totalSteps - last.step) * mean;
}
