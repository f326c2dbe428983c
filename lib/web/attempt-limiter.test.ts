import { describe, expect, it } from "vitest";
import { createAttemptLimiter } from "./attempt-limiter";

const WINDOW_MS = 60_000;

describe("createAttemptLimiter", () => {
  it("never lets more than the limit fail within any window, and lets the next one try in time", () => {
    for (const [limit, limits] of [
      [1, { perSource: 1, inAll: 9 }],
      [3, { perSource: 3, inAll: 3 }],
      [10, { perSource: 10, inAll: 300 }],
      // Somebody who says to be somebody else each time.
      [20, { perSource: 2, inAll: 20 }],
    ] as const) {
      const limiter = createAttemptLimiter({ ...limits, windowMs: WINDOW_MS });
      let tries = 0;
      const source = () => (limit > limits.perSource ? `source ${tries++}` : "source");
      const failed: number[] = [];
      // Somebody who tries every 700 ms for ten minutes.
      for (let now = 0; now < 600_000; now += 700) {
        const seconds = limiter.secondsToWait(source(), now);
        if (seconds > 0) {
          // What is said is true: not before, and not much later.
          expect(limiter.secondsToWait(source(), now + seconds * 1000)).toBe(0);
          expect(limiter.secondsToWait(source(), now + seconds * 1000 - 1000)).toBeGreaterThan(0);
          continue;
        }
        limiter.countFailure(source(), now);
        failed.push(now);
      }
      for (const end of failed) {
        expect(failed.filter((at) => at > end - WINDOW_MS && at <= end).length).toBeLessThanOrEqual(limit);
      }
      expect(failed.length).toBeGreaterThanOrEqual(9 * limit);
    }
  });

  it("counts attempts that came in the same moment", () => {
    const limiter = createAttemptLimiter({ perSource: 2, inAll: 9, windowMs: WINDOW_MS });
    limiter.countFailure("a", 5);
    expect(limiter.secondsToWait("a", 5)).toBe(0);
    limiter.countFailure("a", 5);
    expect(limiter.secondsToWait("a", 5)).toBe(60);
  });

  it("keeps out who failed, not the others", () => {
    const limiter = createAttemptLimiter({ perSource: 2, inAll: 9, windowMs: WINDOW_MS });
    limiter.countFailure("a", 5);
    limiter.countFailure("a", 6);
    expect(limiter.secondsToWait("a", 7)).toBe(60);
    expect(limiter.secondsToWait("b", 7)).toBe(0);
  });

  it("does not lock for good when the clock is set back", () => {
    const limiter = createAttemptLimiter({ perSource: 1, inAll: 9, windowMs: WINDOW_MS });
    limiter.countFailure("a", 1e9);
    expect(limiter.secondsToWait("a", 0)).toBe(0);
  });
});
