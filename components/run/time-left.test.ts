import { expect, it } from "vitest";
import type { MetricPoint } from "@/lib/contracts/views";
import { timeLeft } from "./time-left";

const at = (step: number, seconds: number) =>
  ({ step, timestamp: new Date(seconds * 1000).toISOString() }) as MetricPoint;

it("is the pace times what is left", () => {
  expect(timeLeft([at(0, 0), at(1, 10), at(2, 12), at(3, 14)], 10)).toBe(7 * 2000);
});

it("says nothing before two steps were timed", () => {
  expect(timeLeft([], 10)).toBeNull();
  expect(timeLeft([at(0, 0), at(1, 10)], 10)).toBeNull();
  expect(timeLeft([at(1, 1), at(2, 2)], null)).toBeNull();
});

it("does not take a night's pause for a pace", () => {
  const metrics = [at(1, 1), at(2, 2), at(3, 3), at(4, 40_000), at(5, 40_001)];
  expect(timeLeft(metrics, 6)).toBe(1000);
});

it("counts steps between thinned points", () => {
  expect(timeLeft([at(10, 10), at(20, 20)], 30)).toBe(10_000);
});
