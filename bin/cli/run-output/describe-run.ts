import type { RunView } from "@/lib/contracts/views";

const loss = (value: number | null): string => (value === null ? "–" : value.toFixed(4));

/** 75 → "1:15". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Whole seconds that are left at the pace since `startedAt`; null while there is no pace to go by. */
export function secondsLeft(run: RunView, stepsBefore: number, startedAt: number, now: number): number | null {
  const done = run.step - stepsBefore;
  if (run.totalSteps === null || done <= 0) return null;
  return ((now - startedAt) / 1000 / done) * (run.totalSteps - run.step);
}

/** One line for a run that is under way. */
export function describeProgress(run: RunView, left: number | null, width = 24): string {
  if (run.status === "queued") return `queued, ${run.queuePosition ?? 0} ahead`;
  if (run.totalSteps === null) return run.status;
  const filled = Math.round((run.step / Math.max(1, run.totalSteps)) * width);
  const parts = [
    `${"█".repeat(filled)}${"░".repeat(width - filled)} ${run.step}/${run.totalSteps}`,
    `loss ${loss(run.trainLoss)}`,
    `held-out ${loss(run.evalLossAfter ?? run.evalLossBefore)}`,
  ];
  if (run.tokensPerSecond !== null) parts.push(`${Math.round(run.tokensPerSecond)} tokens/s`);
  if (left !== null) parts.push(`${formatDuration(left)} left`);
  return parts.join("  ");
}

/** Says when it is not the last step's. */
const fromStep = ({ adapterStep, step }: RunView): string =>
  adapterStep !== null && adapterStep < step ? ` of step ${adapterStep}, the best` : "";

/** What stays on the terminal when a run has ended. */
export function describeResult(run: RunView): string {
  const lines = [`status: ${run.status}`];
  if (run.exitMessage !== null) lines.push(run.exitMessage);
  if (run.adapterPath !== null) lines.push(`adapter${fromStep(run)}: ${run.adapterPath}`);
  if (run.evalLossBefore !== null && run.evalLossAfter !== null) {
    const change = (1 - run.evalLossAfter / run.evalLossBefore) * 100;
    const word = change >= 0 ? "lower" : "higher";
    lines.push(
      `held-out loss: ${loss(run.evalLossBefore)} before, ${loss(run.evalLossAfter)} after (${Math.abs(change).toFixed(1)} % ${word})`,
    );
  }
  if (run.status !== "completed") lines.push(`go on with: codetune-studio resume ${run.id}`);
  return lines.join("\n");
}
