/** @file The Hub's addresses. Source: the Hub's API documentation; models have no prefix, datasets have `datasets/`. */
import type { HubRepoType } from "@/lib/contracts/hub";

/** The page for people. */
export const repoPage = (endpoint: string, type: HubRepoType, repo: string): string =>
  `${endpoint}/${type === "model" ? "" : "datasets/"}${repo}`;

/** Slashes in a revision are escaped, those in a path are not. */
export const fileAddress = (type: HubRepoType, repo: string, revision: string, path: string): string =>
  `/${type === "model" ? "" : "datasets/"}${repo}/resolve/${encodeURIComponent(revision)}/${path.split("/").map(encodeURIComponent).join("/")}`;

export const apiAddress = (type: HubRepoType, repo: string, rest = ""): string => `/api/${type}s/${repo}${rest}`;

/**
 * Where the next page begins by a `Link` header; null on the last one. Only the cursor is taken: the address could name
 * another host, as mirrors' do.
 */
export function nextCursor(headers: Headers, endpoint: string): string | null {
  for (const part of (headers.get("link") ?? "").split(/,(?=\s*<)/)) {
    const [, address] = /^\s*<([^>]*)>\s*;.*\brel="?next"?/.exec(part) ?? [];
    if (address !== undefined && URL.canParse(address, endpoint))
      return new URL(address, endpoint).searchParams.get("cursor");
  }
  return null;
}
