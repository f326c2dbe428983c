/** @file The folders and commits that a build reads. */
import { basename } from "node:path";
import type { DatasetSource } from "@/lib/contracts/dataset";
import type { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { fetchCommit, readModifiedTimes } from "../git/fetch-commit";
import { repositoryName, shownAddress } from "../git/git-address";
import type { FileStore } from "./source-file";

export interface OpenedSource {
  store: FileStore;
  /** Short, and unlike the others' of the build. */
  name: string;
  /** Address without anything secret. */
  shown: string;
  ref: string | null;
  commit: string | null;
  committedAt: string | null;
  license: string | null;
  modified?: ReadonlyMap<string, string>;
}

/** Errors: those of fetchCommit. */
export async function openSources(
  source: Extract<DatasetSource, { kind: "folder" | "git" }>,
  { settings, storesDir, signal }: { settings: BuildSettings; storesDir: string; signal?: AbortSignal | undefined },
): Promise<OpenedSource[]> {
  if (source.kind === "folder") {
    const store = { kind: "folder", root: source.path } as const;
    return [
      {
        store,
        name: basename(source.path),
        shown: source.path,
        ref: null,
        commit: null,
        committedAt: null,
        license: null,
      },
    ];
  }
  const withHistory = settings.split_by === "time";
  const opened: OpenedSource[] = [];
  for (const { address, ref, commit: pinned } of source.repositories) {
    const fetched = await fetchCommit({ address, ref: pinned ?? ref, storesDir, withHistory, signal });
    const { gitDir, commit, committedAt } = fetched;
    const name = repositoryName(address);
    const taken = opened.filter((other) => other.name === name || other.name.startsWith(`${name}~`)).length;
    opened.push({
      store: { kind: "git", gitDir, commit },
      name: taken === 0 ? name : `${name}~${taken + 1}`,
      shown: shownAddress(address),
      ref: fetched.ref ?? ref ?? null,
      commit,
      committedAt,
      license: null,
      ...(withHistory && { modified: await readModifiedTimes({ gitDir, commit }, signal) }),
    });
  }
  return opened;
}
