/**
 * @file Who may ask. Pure functions over headers, so that pages, actions and routes share one answer.
 *
 * Bound to loopback: anyone on the machine, but only under a loopback name (an outside name that resolves to 127.0.0.1 is
 * DNS rebinding). Bound elsewhere, or asked under another name: only with CODETUNE_TOKEN, in a cookie or as a bearer token.
 * Everywhere: a request that changes something, and any request to the API, must come from our own pages (Origin,
 * Sec-Fetch-Site) or from no page at all. Pages may be linked to from anywhere.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "@/lib/errors";
import type { AttemptLimiter } from "./attempt-limiter";

export interface AccessPolicy {
  /** What the server is bound to. */
  host: string;
  token: string | undefined;
  wrongTokens: AttemptLimiter;
}

/** The subset of `Headers` that is needed; Next's read-only headers fit too. */
export interface HeaderSource {
  get(name: string): string | null;
}

export const SESSION_COOKIE = "codetune_session";
export const SESSION_SECONDS = 30 * 24 * 3600;

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** "localhost:7860" → "localhost"; null when it is no host at all. */
function hostNameOf(hostHeader: string | null): string | null {
  if (hostHeader === null || !/^(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(hostHeader)) return null;
  return hostHeader.replace(/:\d+$/, "").toLowerCase();
}

export const isLoopback = (name: string): boolean => LOOPBACK_NAMES.has(name.toLowerCase());

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compared as digests, so neither content nor length shows in the time it takes. */
const isSameSecret = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected));

const sign = (token: string, expiresAt: number): string =>
  createHmac("sha256", token).update(`codetune-session:${expiresAt}`).digest("base64url");

/** Cookie value: when it ends (ms since 1970) and an HMAC of that under the token. Changing the token ends every session. */
export function createSession(token: string, now: number): string {
  const expiresAt = now + SESSION_SECONDS * 1000;
  return `${expiresAt}.${sign(token, expiresAt)}`;
}

/**
 * How the session's cookie is set. Inside a Space's frame a cookie of the usual kind would never come back; cross-site
 * requests are refused by their origin all the same (checkOrigin).
 */
export const sessionCookieOptions = ({ isSpace, isHttps }: { isSpace: boolean; isHttps: boolean }) => ({
  httpOnly: true,
  sameSite: isSpace ? ("none" as const) : ("lax" as const),
  secure: isSpace || isHttps,
  // Browsers that keep cookies of frames apart for each site around them take no others there.
  ...(isSpace && { partitioned: true }),
  path: "/",
  maxAge: SESSION_SECONDS,
});

export function isValidSession(value: string, token: string, now: number): boolean {
  const match = /^(\d{1,16})\.([\w-]{43})$/.exec(value);
  if (match?.[1] === undefined || match[2] === undefined) return false;
  const expiresAt = Number(match[1]);
  return isSameSecret(match[2], sign(token, expiresAt)) && expiresAt > now;
}

function cookieOf(headers: HeaderSource, name: string): string | null {
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [key, ...rest] = part.trim().split("=");
    if (key === name) return rest.join("=");
  }
  return null;
}

/** Who asks: what the nearest proxy says, or Next of the connection itself. Without a proxy it can be made up. */
const addressOf = (headers: HeaderSource): string =>
  headers.get("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 100) || "unknown";

/**
 * Compares and counts, so that guessing is slow on every way in. Throws AppError `too_many_attempts`, also when the token
 * would be right: else guessing could go on.
 */
export function isRightToken(
  given: string,
  token: string,
  headers: HeaderSource,
  { wrongTokens }: Pick<AccessPolicy, "wrongTokens">,
  now: number,
): boolean {
  const address = addressOf(headers);
  const seconds = wrongTokens.secondsToWait(address, now);
  if (seconds > 0) throw new AppError("too_many_attempts", `Too many wrong tokens; wait ${seconds} s, then try again.`);
  if (isSameSecret(given, token)) return true;
  wrongTokens.countFailure(address, now);
  return false;
}

function carriesToken(headers: HeaderSource, token: string, policy: AccessPolicy, now: number): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (bearer !== undefined) return isRightToken(bearer, token, headers, policy, now);
  const session = cookieOf(headers, SESSION_COOKIE);
  return session !== null && isValidSession(session, token, now);
}

/** Throws AppError `forbidden` for a request that another site's page sent (CSRF). */
export function checkOrigin(headers: HeaderSource): void {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const isOurs =
    origin === null || (URL.canParse(origin) && new URL(origin).host === headers.get("host")?.toLowerCase());
  if (!isOurs || (site !== null && site !== "same-origin" && site !== "none")) {
    throw new AppError(
      "forbidden",
      "This request came from another site and was refused; use the studio's own pages or the API without a browser.",
    );
  }
}

/**
 * Throws AppError: `forbidden` (wrong Host or Origin), `unavailable` (no token set up), `unauthenticated` (not signed in),
 * `too_many_attempts` (wrong bearer tokens).
 */
export function checkAccess(
  method: string,
  headers: HeaderSource,
  policy: AccessPolicy,
  now: number,
  door: "page" | "api" = "page",
): void {
  const name = hostNameOf(headers.get("host"));
  if (name === null) throw new AppError("forbidden", "The request has no valid Host header.");
  // Reading by the API can be work too: a GET may tokenize a dataset and keep the result on disk.
  if (door === "api" || !SAFE_METHODS.has(method.toUpperCase())) checkOrigin(headers);
  const isBoundToLoopback = isLoopback(policy.host);
  if (isBoundToLoopback && isLoopback(name)) return;
  if (policy.token === undefined) {
    throw isBoundToLoopback
      ? new AppError(
          "forbidden",
          "This studio answers only under localhost or 127.0.0.1; set CODETUNE_TOKEN to use it under another name.",
        )
      : new AppError(
          "unavailable",
          "This studio can be reached by others, so it needs CODETUNE_TOKEN; set it and start again.",
        );
  }
  if (!carriesToken(headers, policy.token, policy, now)) {
    throw new AppError("unauthenticated", "Sign in with the studio's token, or send it as “Authorization: Bearer …”.");
  }
}
