import type { DataJobProgress } from "@/lib/contracts/data-job";

const INTERVAL_MS = 400;

/** Lets through what begins a stage and what comes a while after the last one; handlers may then report every file. */
export function throttleProgress(
  emit: (progress: DataJobProgress) => void,
  now: () => number = () => performance.now(),
): (progress: DataJobProgress) => void {
  let lastStage: string | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (progress.stage === lastStage && now() - lastAt < INTERVAL_MS) return;
    lastStage = progress.stage;
    lastAt = now();
    emit(progress);
  };
}
