/** @file Counts failures in memory, so that guessing is slow however many connections try. */

export interface AttemptLimiter {
  /** Whole seconds until the next attempt is allowed; 0 when it is now. */
  secondsToWait(now: number): number;
  countFailure(now: number): void;
}

/** At most `limit` failures within any `windowMs`. Instants are milliseconds. */
export function createAttemptLimiter({ limit, windowMs }: { limit: number; windowMs: number }): AttemptLimiter {
  let failures: number[] = [];
  const recent = (now: number) => failures.filter((at) => at > now - windowMs && at <= now);
  return {
    secondsToWait(now) {
      const counted = recent(now);
      const [oldest] = counted.slice(-limit);
      return oldest === undefined || counted.length < limit ? 0 : Math.ceil((oldest + windowMs - now) / 1000);
    },
    countFailure(now) {
      // The last ones decide, so no more than these are kept.
      failures = [...recent(now), now].slice(-limit);
    },
  };
}
