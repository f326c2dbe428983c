/** @file Which answers are passing faults, and how long to wait before asking again. */

const PASSING = [408, 425, 429, 500, 502, 503, 504];
/** Nobody waits longer than this without being told. */
const MAX_WAIT_MS = 30_000;

/**
 * Milliseconds to wait, or null when asking again is no use. `Retry-After` (seconds or a date) and the Hub's own
 * `RateLimit: "api";r=0;t=55` are kept to; where they ask for more than half a minute the person is told instead.
 */
export function retryDelayMs(response: Response, backOffMs: number, now = Date.now()): number | null {
  if (!PASSING.includes(response.status)) return null;
  const asked = askedSeconds(response.headers, now);
  if (asked === null) return backOffMs;
  return asked * 1000 > MAX_WAIT_MS ? null : Math.max(asked * 1000, backOffMs);
}

/** Seconds that the server wants us to wait; null when it does not say. */
export function askedSeconds(headers: Headers, now = Date.now()): number | null {
  const after = headers.get("retry-after")?.trim();
  if (after !== undefined && /^\d+$/.test(after)) return Number(after);
  const date = after === undefined ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - now) / 1000));
  const limit = /;\s*r=0\b.*?;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "");
  return limit?.[1] === undefined ? null : Number(limit[1]);
}
