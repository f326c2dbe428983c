/** @file `GET /api/{type}s/{repo}/tree/{revision}?recursive=true`: page after page by the `Link` header. */
import { z } from "zod";
import type { HubFile } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";
import type { RepoAt } from "./get-repo";
import type { Hub } from "./open-hub";
import { apiAddress, nextCursor } from "./repo-address";
import { requestJson } from "./request-json";

const MAX_FILES = 100_000;

const TreeEntry = z.looseObject({
  type: z.string(),
  path: z.string().max(4096),
  size: z.number().min(0).default(0),
  oid: z.string().nullish(),
  lfs: z.looseObject({ oid: z.string(), size: z.number().min(0) }).nullish(),
});

/** All files at a revision. Errors: those of `hub.request`; `limit_exceeded` beyond 100,000; `invalid_input` for a path that leaves the folder. */
export async function listRepoFiles(
  hub: Hub,
  { type, repo, revision }: RepoAt,
  signal?: AbortSignal,
): Promise<HubFile[]> {
  const files: HubFile[] = [];
  const start = apiAddress(type, repo, `/tree/${encodeURIComponent(revision)}?recursive=true&expand=false`);
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { value: z.infer<typeof TreeEntry>[]; headers: Headers } = await requestJson(
      hub,
      cursor === "" ? start : `${start}&cursor=${encodeURIComponent(cursor)}`,
      z.array(TreeEntry),
      { subject: { type, repo, revision }, signal },
    );
    for (const entry of page.value) {
      if (entry.type !== "file") continue;
      requireSafePath(entry.path, repo);
      files.push(toFile(entry, repo));
    }
    if (files.length > MAX_FILES)
      throw new AppError("limit_exceeded", `${repo} has more than ${MAX_FILES} files, more than are read here.`);
    cursor = nextCursor(page.headers, hub.endpoint);
  }
  return files;
}

function toFile({ path, size, oid, lfs }: z.infer<typeof TreeEntry>, repo: string): HubFile {
  const file: HubFile = lfs
    ? { path, bytes: lfs.size, etag: lfs.oid.replace(/^sha256:/, ""), hash: "sha256" }
    : { path, bytes: size, etag: oid ?? "", hash: "git-sha1" };
  // It becomes a file name.
  if (!(file.hash === "sha256" ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(file.etag))
    throw new AppError(
      "unavailable",
      `The Hub gives no checksum for ${path.slice(0, 200)} of ${repo}, so it can't be proven whole.`,
    );
  return file;
}

/** Paths come from the repository and are joined to a folder of ours, maybe on Windows. */
function requireSafePath(path: string, repo: string): void {
  const parts = path.split("/");
  const isSafe = parts.every(
    (part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part) && !/^[A-Za-z]:/.test(part),
  );
  if (isSafe) return;
  throw new AppError(
    "invalid_input",
    `${repo} has a file named ${JSON.stringify(path.slice(0, 200))}, which leaves its folder; it is not read.`,
  );
}
