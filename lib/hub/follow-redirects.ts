/**
 * @file Redirects, followed by hand. The Hub sends files to other hosts (a CDN, a signed address); those must never see
 * the token, while a renamed repository's redirect stays on the Hub and needs it.
 */
import { AppError } from "@/lib/errors";
import type { HubAnswer, HubRequest } from "./open-hub";

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const KEPT_HEADERS = ["x-repo-commit", "x-linked-etag", "x-linked-size", "x-xet-hash"];

export interface FollowOptions extends HubRequest {
  endpoint: string;
  /** Headers for the endpoint itself and no other host. */
  credentials: Record<string, string>;
  answerMs: number;
}

/** The last answer of the chain, whatever its status. Errors: `unavailable` when none comes in time or the chain is no good. */
export async function followRedirects(start: URL, options: FollowOptions): Promise<HubAnswer> {
  const home = new URL(options.endpoint);
  const hubHeaders = new Headers();
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    requireSafe(url, home);
    const response = await send(url, url.origin === home.origin ? options.credentials : {}, options);
    if (url.origin === home.origin) {
      for (const name of KEPT_HEADERS) {
        const value = response.headers.get(name);
        if (value !== null) hubHeaders.set(name, value);
      }
    }
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return { response, hubHeaders };
    await response.body?.cancel().catch(() => {});
    url = nextUrl(location, url);
  }
  throw new AppError(
    "unavailable",
    `${options.endpoint} sends from address to address without an end; try again later.`,
  );
}

function nextUrl(location: string, from: URL): URL {
  try {
    return new URL(location, from);
  } catch (cause) {
    throw new AppError("unavailable", `${from.host} sends to an address that is none; try again later.`, { cause });
  }
}

/** No other protocols, and never from https down to http. */
function requireSafe(url: URL, home: URL): void {
  if (url.protocol === "https:" || (url.protocol === "http:" && home.protocol === "http:")) return;
  throw new AppError("unavailable", `${home.host} sends to ${url.protocol}//${url.host}, which is not followed.`);
}

async function send(url: URL, credentials: Record<string, string>, options: FollowOptions): Promise<Response> {
  const { method = "GET", body, signal, answerMs } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), answerMs);
  const headers: Record<string, string> = { "accept-encoding": "identity", ...options.headers, ...credentials };
  try {
    return await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
  } catch (error) {
    if (!late.signal.aborted || signal?.aborted) throw error;
    throw new AppError("unavailable", `${url.host} gave no answer within ${answerMs / 1000} seconds; try again later.`);
  } finally {
    clearTimeout(timer);
  }
}
