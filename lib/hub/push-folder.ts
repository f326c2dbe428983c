/** @file A folder as a repository on the Hub: made private unless asked otherwise, everything in one commit. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { commitIter, createRepo } from "@huggingface/hub";
import type { HubRepoType } from "@/lib/contracts/hub";
import { findRepoNameProblem, isCommit } from "@/lib/contracts/hub-name";
import { AppError } from "@/lib/errors";
import type { Hub } from "./open-hub";
import { repoPage } from "./repo-address";

export interface PushOptions {
  type: HubRepoType;
  repo: string;
  folder: string;
  /** First line of the commit. */
  message: string;
  isPrivate?: boolean;
  /** Only says what would be sent; nothing leaves this machine. */
  isDryRun?: boolean;
  signal?: AbortSignal;
  /** Share of the bytes, 0 to 1. */
  onProgress?: (share: number) => void;
}

export interface Pushed {
  files: { path: string; bytes: number }[];
  /** Null after a dry run. */
  commit: string | null;
  /** The page for people. */
  address: string;
}

/**
 * Creates the repository where it is missing (an existing one keeps its visibility) and commits every file of the folder.
 * Errors: `invalid_input` for a name or an empty folder; `unauthenticated` without a token; `forbidden` when the token may
 * not write there; those of `hub.request`.
 */
export async function pushFolder(hub: Hub, options: PushOptions): Promise<Pushed> {
  const { type, repo, folder, message, isPrivate = true, signal, onProgress } = options;
  const problem = repo.includes("/") ? findRepoNameProblem(repo) : "must be of the form your-name/name";
  if (problem !== null)
    throw new AppError("invalid_input", `The name ${JSON.stringify(repo.slice(0, 100))} ${problem}.`);
  const files = await listFiles(folder);
  if (files.length === 0) throw new AppError("invalid_input", `${folder} has no files, so there is nothing to push.`);
  const address = repoPage(hub.endpoint, type, repo);
  if (options.isDryRun) return { files, commit: null, address };
  const accessToken = await hub.requireToken();
  const common = { repo: { type, name: repo }, hubUrl: hub.endpoint, accessToken, fetch: asFetch(hub, options) };
  try {
    await createRepo({ ...common, visibility: isPrivate ? "private" : "public" });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const shares = new Map<string, number>();
    // LFS, which every Hub takes; the newer Xet protocol is for files of gigabytes.
    const steps = commitIter({
      ...common,
      title: message,
      useXet: false,
      ...(signal ? { abortSignal: signal } : {}),
      operations: files.map(({ path }) => ({
        operation: "addOrUpdate" as const,
        path,
        content: pathToFileURL(join(folder, ...path.split("/"))),
      })),
    });
    for (;;) {
      const step = await steps.next();
      if (step.done) {
        const oid = step.value?.commit.oid ?? "";
        if (!isCommit(oid)) throw new AppError("unavailable", `The Hub names no commit; look at ${address}.`);
        return { files, commit: oid, address };
      }
      if (step.value.event !== "fileProgress" || step.value.state === "hashing") continue;
      shares.set(step.value.path, step.value.progress);
      onProgress?.(
        files.reduce((sum, file) => sum + file.bytes * (shares.get(file.path) ?? 0), 0) / Math.max(1, bytes),
      );
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError(
      "unavailable",
      `${repo} could not be pushed: ${error instanceof Error ? error.message.slice(0, 300) : "unknown fault"}.`,
      { cause: error },
    );
  }
}

/** The library's requests go through our one door, so that failures and the token are handled there. */
function asFetch(hub: Hub, { type, repo, signal }: PushOptions): typeof fetch {
  return async (input, init) => {
    const address = String(input instanceof Request ? input.url : input);
    const { authorization, ...headers } = Object.fromEntries(new Headers(init?.headers));
    const isCreate = address.endsWith("/api/repos/create");
    const { response } = await hub.request(address, {
      method: (init?.method ?? "GET") as "GET",
      headers,
      ...(init?.body ? { body: init.body } : {}),
      signal,
      ...(isCreate ? {} : { subject: { type, repo } }),
      // Never twice: a commit that seems to fail may have been made.
      retries: init?.method === "POST" ? 0 : 2,
      allow: isCreate ? [409] : [],
    });
    // It is there already, which is what was wanted.
    return isCreate && response.status === 409 ? Response.json({ url: address, id: repo }) : response;
  };
}

async function listFiles(folder: string): Promise<Pushed["files"]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError("not_found", `There is no folder ${folder}.`, { cause });
  });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(folder, path).split(sep).join("/"), bytes: (await stat(path)).size };
      }),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
