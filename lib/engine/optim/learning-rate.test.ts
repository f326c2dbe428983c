import { expect, test } from "vitest";
import reference from "./fixtures/torch-reference.json";
import { learningRateAt, type ScheduleSettings } from "./learning-rate";

test.each(reference.schedules)("$kind with $warmupSteps of $totalSteps steps of warm-up, as transformers", (run) => {
  const settings = run as unknown as ScheduleSettings;
  for (const [step, rate] of run.rates.entries()) expect(learningRateAt(settings, step)).toBeCloseTo(rate, 12);
});

test.each(["linear", "cosine", "cosine_with_restarts", "constant", "wsd"] as const)(
  "%s: never negative, never above the peak, and the peak is reached",
  (kind) => {
    const settings = { kind, peakLearningRate: 1, warmupSteps: 7, totalSteps: 30, cycles: 3, decaySteps: 11 };
    const rates = Array.from({ length: 40 }, (_, step) => learningRateAt(settings, step));
    for (const rate of rates) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(1);
    }
    expect(rates[7]).toBe(1);
  },
);
