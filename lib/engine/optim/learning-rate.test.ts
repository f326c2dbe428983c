import { expect, test } from "vitest";
import reference from "./fixtures/torch-reference.json";
import { learningRateAt, type ScheduleSettings } from "./learning-rate";

test.each(reference.schedules)("$kind with $warmupSteps of $totalSteps steps of warm-up, as transformers", (run) => {
  const settings = run as unknown as ScheduleSettings;
  for (const [step, rate] of run.rates.entries()) expect(learningRateAt(settings, step)).toBeCloseTo(rate, 12);
});

test("a rate is never negative and never above the peak", () => {
  for (const kind of ["linear", "cosine", "constant"] as const) {
    for (let step = 0; step < 40; step++) {
      const rate = learningRateAt({ kind, peakLearningRate: 1, warmupSteps: 7, totalSteps: 30 }, step);
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(1);
    }
  }
});
