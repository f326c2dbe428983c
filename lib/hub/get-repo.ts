/** @file One repository at one revision, pinned to its commit: facts, card, files. */
import type { HubFile, HubRepoDetail, HubRepoType } from "@/lib/contracts/hub";
import { isCommit } from "@/lib/contracts/hub-name";
import { AppError } from "@/lib/errors";
import { listRepoFiles } from "./list-repo-files";
import type { Hub } from "./open-hub";
import { readBounded } from "./read-bounded";
import { apiAddress, fileAddress, repoPage } from "./repo-address";
import { RepoEntry, toSummary } from "./repo-entry";
import { requestJson } from "./request-json";
import { splitCard } from "./split-card";

const MAX_CARD_BYTES = 1_000_000;

export interface RepoAt {
  type: HubRepoType;
  repo: string;
  revision: string;
}

/** The commit of a revision, and the Hub's entry. Errors: `not_found`, `forbidden`, `unavailable`, in one sentence. */
export async function resolveRevision(
  hub: Hub,
  { type, repo, revision }: RepoAt,
  signal?: AbortSignal,
): Promise<{ commit: string; entry: RepoEntry }> {
  const address = apiAddress(type, repo, `/revision/${encodeURIComponent(revision)}`);
  const { value } = await requestJson(hub, address, RepoEntry, { subject: { type, repo, revision }, signal });
  if (!value.sha || !isCommit(value.sha))
    throw new AppError("unavailable", `The Hub names no commit for ${repo}, so it can't be pinned; try again later.`);
  return { commit: value.sha, entry: value };
}

export async function getRepo(
  hub: Hub,
  at: RepoAt,
  signal?: AbortSignal,
): Promise<{ detail: HubRepoDetail; files: HubFile[]; frontMatter: Record<string, unknown> }> {
  const { commit, entry } = await resolveRevision(hub, at, signal);
  const files = await listRepoFiles(hub, { ...at, revision: commit }, signal);
  const accessProblem = entry.gated === false ? null : await findAccessProblem(hub, at, signal);
  const hasCard = files.some(({ path }) => path === "README.md");
  const card = hasCard ? await readCard(hub, { ...at, revision: commit }, accessProblem !== null, signal) : null;
  const detail: HubRepoDetail = {
    ...toSummary(at.type, entry),
    commit,
    card: card?.text ?? null,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    address: repoPage(hub.endpoint, at.type, at.repo),
    accessProblem,
  };
  return { detail, files, frontMatter: card?.frontMatter ?? {} };
}

/** Facts of a gated repository are open to all, its files are not; this asks which it is for us. */
async function findAccessProblem(hub: Hub, { type, repo }: RepoAt, signal?: AbortSignal): Promise<string | null> {
  try {
    const { response } = await hub.request(apiAddress(type, repo, "/auth-check"), { subject: { type, repo }, signal });
    await response.body?.cancel();
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return error.message;
    throw error;
  }
}

async function readCard(
  hub: Hub,
  { type, repo, revision }: RepoAt,
  mayBeRefused: boolean,
  signal?: AbortSignal,
): Promise<ReturnType<typeof splitCard> | null> {
  try {
    const { response } = await hub.request(fileAddress(type, repo, revision, "README.md"), {
      subject: { type, repo, revision, path: "README.md" },
      headers: { range: `bytes=0-${MAX_CARD_BYTES - 1}` },
      signal,
    });
    return splitCard(await readBounded(response, MAX_CARD_BYTES, hub.timeouts.idleMs, signal));
  } catch (error) {
    if (mayBeRefused && error instanceof AppError && error.code === "forbidden") return null;
    throw error;
  }
}
