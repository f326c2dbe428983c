/** @file One commit of a repository in a bare store of our own: what is read from it then can't change or disappear. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/errors";
import { shownAddress } from "./git-address";
import { GitFailure, runGit } from "./run-git";

export interface FetchedCommit {
  /** Bare store. */
  gitDir: string;
  commit: string;
  /** ISO instant. */
  committedAt: string;
  /** The branch or tag that was asked for, or the one that HEAD names. */
  ref: string | null;
}

export interface FetchOptions {
  /** An address of parseGitAddress, or an absolute path. */
  address: string;
  /** Branch, tag or commit; absent: what the repository calls HEAD. */
  ref?: string | undefined;
  /** Where stores are kept from one build to the next. */
  storesDir: string;
  /** Needed to know when each file was last changed. */
  withHistory: boolean;
  signal?: AbortSignal | undefined;
}

const FETCH_TIMEOUT_MS = 30 * 60_000;
const COMMIT = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/;
/** git's own rules (check-ref-format), narrowed: no option, no range, no revision syntax. */
const REF = /^(?!-)(?!.*(?:\.\.|@\{|\/\/|\.lock(?:\/|$)))[^\s~^:?*[\\]{1,200}$/;

/** Errors, each a sentence: `invalid_input` for a ref that isn't there (naming some that are), `not_found`, `precondition_failed`. */
export async function fetchCommit(options: FetchOptions): Promise<FetchedCommit> {
  const { address, ref, storesDir, withHistory, signal } = options;
  const shown = shownAddress(address);
  if (ref !== undefined && !REF.test(ref))
    throw new AppError("invalid_input", `${ref.slice(0, 100)} is no name of a branch, tag or commit.`);
  const gitDir = join(
    storesDir,
    `${createHash("sha256").update(address).digest("hex").slice(0, 24)}${withHistory ? "-history" : ""}.git`,
  );
  await mkdir(storesDir, { recursive: true });
  await runGit(["init", "--bare", "--quiet", gitDir], { signal });
  const wanted = await resolveRef(options, shown);
  const depth = withHistory ? [] : ["--depth=1"];
  const fetch = (what: string, more: string[]) =>
    runGit(
      [
        "--git-dir",
        gitDir,
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--force",
        ...more,
        "--",
        address,
        `${what}:refs/codetune/${wanted.commit}`,
      ],
      { signal, timeoutMs: FETCH_TIMEOUT_MS },
    );
  try {
    await fetch(wanted.full ?? wanted.commit, depth);
  } catch (error) {
    // Some servers hand out only what a name points at: then the commit has to be found in the histories of all branches.
    if (!(error instanceof GitFailure) || wanted.full !== null) throw explain(error, shown);
    await runGit(
      [
        "--git-dir",
        gitDir,
        "fetch",
        "--quiet",
        "--no-recurse-submodules",
        "--force",
        "--",
        address,
        "+refs/heads/*:refs/codetune-heads/*",
      ],
      { signal, timeoutMs: FETCH_TIMEOUT_MS },
    ).catch((cause: unknown) => {
      throw explain(cause, shown);
    });
  }
  const known = await runGit(
    ["--git-dir", gitDir, "show", "--no-patch", "--format=%H %cI", `${wanted.commit}^{commit}`],
    { signal },
  ).catch(() => null);
  if (known === null)
    throw new AppError(
      "invalid_input",
      `${shown} has no commit ${wanted.commit.slice(0, 12)}: check it, or name a branch or tag.`,
    );
  await runGit(["--git-dir", gitDir, "update-ref", `refs/codetune/${wanted.commit}`, wanted.commit], { signal });
  const [commit = wanted.commit, committedAt = ""] = known.toString().trim().split(" ");
  return { gitDir, commit, committedAt: new Date(committedAt).toISOString(), ref: wanted.name };
}

/** When each path was last changed, as ISO instants, from the history up to the commit. */
export async function readModifiedTimes(
  { gitDir, commit }: Pick<FetchedCommit, "gitDir" | "commit">,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const log = await runGit(
    ["--git-dir", gitDir, "log", "--format=%x01%cI", "--name-only", "-z", "--no-renames", commit],
    { signal, timeoutMs: FETCH_TIMEOUT_MS },
  );
  const times = new Map<string, string>();
  let time = "";
  for (const part of log.toString().split("\0")) {
    const name = part.replace(/^\n/, "");
    if (name.startsWith("\u0001")) {
      const [head = "", first = ""] = name.slice(1).split("\n");
      time = new Date(head).toISOString();
      if (first !== "" && !times.has(first)) times.set(first, time);
    } else if (name !== "" && !times.has(name)) times.set(name, time);
  }
  return times;
}

interface WantedRef {
  /** Full name to fetch, or null where only a commit was named. */
  full: string | null;
  name: string | null;
  commit: string;
}

async function resolveRef({ address, ref, signal }: FetchOptions, shown: string): Promise<WantedRef> {
  if (ref !== undefined && COMMIT.test(ref)) return { full: null, name: null, commit: ref };
  const listed = await runGit(["ls-remote", "--symref", "--", address], { signal, timeoutMs: 60_000 }).catch(
    (error: unknown) => {
      throw explain(error, shown);
    },
  );
  const commits = new Map<string, string>();
  let head: string | null = null;
  for (const line of listed.toString().split("\n")) {
    const symbolic = /^ref: (\S+)\tHEAD$/.exec(line);
    if (symbolic) head = symbolic[1] as string;
    const [commit, name] = line.split("\t");
    if (commit !== undefined && name !== undefined && COMMIT.test(commit)) commits.set(name, commit);
  }
  if (commits.size === 0)
    throw new AppError("invalid_input", `${shown} is an empty repository: there is no commit to read.`);
  const candidates = ref === undefined ? ["HEAD"] : [`refs/heads/${ref}`, `refs/tags/${ref}`, ref];
  const full = candidates.find((name) => commits.has(name));
  if (full === undefined) {
    const names = [...commits.keys()].flatMap(
      (name) => /^refs\/(?:heads|tags)\/(.+?)(?:\^\{\})?$/.exec(name)?.[1] ?? [],
    );
    const some = [...new Set(names)].slice(0, 8).join(", ");
    throw new AppError(
      "invalid_input",
      `${shown} has no branch or tag ${ref}; it has ${some}${names.length > 8 ? " …" : ""}.`,
    );
  }
  // An annotated tag is an object of its own; what it points at is listed with ^{}.
  const commit = commits.get(`${full}^{}`) ?? (commits.get(full) as string);
  const name = full === "HEAD" ? (head?.replace(/^refs\/heads\//, "") ?? null) : (ref ?? null);
  return { full, name, commit };
}

function explain(error: unknown, shown: string): unknown {
  if (!(error instanceof GitFailure)) return error;
  const { said, isTimeout } = error;
  if (isTimeout)
    return new AppError("precondition_failed", `${shown} did not answer in time: try again later.`, { cause: error });
  if (/Authentication failed|could not read Username|Permission denied|terminal prompts disabled|403/i.test(said))
    return new AppError(
      "precondition_failed",
      `${shown} can't be read without signing in: give git on this machine access to it (an ssh key, a credential helper).`,
      { cause: error },
    );
  if (/not found|does not exist|does not appear to be a git repository|404|no such/i.test(said))
    return new AppError("not_found", `${shown} is no git repository that can be read: check the address.`, {
      cause: error,
    });
  if (/dubious ownership/i.test(said))
    return new AppError(
      "precondition_failed",
      `${shown} belongs to another user of this machine, so git does not read it: add it to git's safe.directory.`,
      { cause: error },
    );
  if (/Could not resolve host|unable to access|Connection|timed out|network/i.test(said))
    return new AppError("precondition_failed", `${shown} can't be reached: check the address and the connection.`, {
      cause: error,
    });
  return new AppError(
    "precondition_failed",
    `git could not read ${shown}: ${said.split("\n").at(-1)?.slice(0, 200) ?? "no reason given"}`,
    { cause: error },
  );
}
