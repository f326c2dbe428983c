import { describe, expect, it } from "vitest";
import { createAttemptLimiter } from "./attempt-limiter";

const WINDOW_MS = 60_000;

describe("createAttemptLimiter", () => {
  it("never lets more than the limit fail within any window, and lets the next one try in time", () => {
    for (const limit of [1, 3, 10]) {
      const limiter = createAttemptLimiter({ limit, windowMs: WINDOW_MS });
      const failed: number[] = [];
      // Somebody who tries every 700 ms for ten minutes.
      for (let now = 0; now < 600_000; now += 700) {
        const seconds = limiter.secondsToWait(now);
        if (seconds > 0) {
          // What is said is true: not before, and not much later.
          expect(limiter.secondsToWait(now + seconds * 1000)).toBe(0);
          expect(limiter.secondsToWait(now + seconds * 1000 - 1000)).toBeGreaterThan(0);
          continue;
        }
        limiter.countFailure(now);
        failed.push(now);
      }
      for (const end of failed) {
        expect(failed.filter((at) => at > end - WINDOW_MS && at <= end).length).toBeLessThanOrEqual(limit);
      }
      expect(failed.length).toBeGreaterThanOrEqual(9 * limit);
    }
  });

  it("counts attempts that came in the same moment", () => {
    const limiter = createAttemptLimiter({ limit: 2, windowMs: WINDOW_MS });
    limiter.countFailure(5);
    expect(limiter.secondsToWait(5)).toBe(0);
    limiter.countFailure(5);
    expect(limiter.secondsToWait(5)).toBe(60);
  });

  it("does not lock for good when the clock is set back", () => {
    const limiter = createAttemptLimiter({ limit: 1, windowMs: WINDOW_MS });
    limiter.countFailure(1e9);
    expect(limiter.secondsToWait(0)).toBe(0);
  });
});
