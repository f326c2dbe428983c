/** @file Counts failures in memory, so that guessing is slow however many connections try. */

export interface AttemptLimiter {
  /** Whole seconds until the next attempt from there is allowed; 0 when it is now. */
  secondsToWait(source: string, now: number): number;
  countFailure(source: string, now: number): void;
}

export interface AttemptLimits {
  /** Failures of one source. */
  perSource: number;
  /** Failures of all together: sources can be made up. */
  inAll: number;
  windowMs: number;
}

/** At most so many failures within any `windowMs`. Instants are milliseconds. */
export function createAttemptLimiter({ perSource, inAll, windowMs }: AttemptLimits): AttemptLimiter {
  let failures: { source: string; at: number }[] = [];
  const recent = (now: number) => failures.filter(({ at }) => at > now - windowMs && at <= now);
  const secondsFor = (counted: { at: number }[], limit: number, now: number) => {
    const [oldest] = counted.slice(-limit);
    return oldest === undefined || counted.length < limit ? 0 : Math.ceil((oldest.at + windowMs - now) / 1000);
  };
  return {
    secondsToWait(source, now) {
      const counted = recent(now);
      const own = counted.filter((failure) => failure.source === source);
      return Math.max(secondsFor(own, perSource, now), secondsFor(counted, inAll, now));
    },
    countFailure(source, now) {
      // The last ones decide, so no more than these are kept.
      failures = [...recent(now), { source, at: now }].slice(-inAll);
    },
  };
}
