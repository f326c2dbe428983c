/** @file Several files of one repository into the cache; its ref is written when the last of them is there. */
import type { HubFile } from "@/lib/contracts/hub";
import { repoFolder, snapshotPath, writeRef } from "./cache/cache-layout";
import { downloadFile } from "./download-file";
import type { RepoAt } from "./get-repo";
import type { Hub } from "./open-hub";

export interface SnapshotOptions {
  /** The commit of `at.revision`. */
  commit: string;
  files: readonly HubFile[];
  signal?: AbortSignal | undefined;
  onProgress?: (progress: { path: string; bytes: number; totalBytes: number }) => void;
}

/** The snapshot's folder. One file after the other: a single one fills a usual line, and a broken one is resumed alone. */
export async function downloadSnapshot(hub: Hub, at: RepoAt, options: SnapshotOptions): Promise<string> {
  const { commit, files, signal, onProgress } = options;
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  for (const file of files) {
    await downloadFile(hub, { ...at, revision: commit }, file, {
      signal,
      onBytes: (bytes) => onProgress?.({ path: file.path, bytes: done + bytes, totalBytes }),
    });
    done += file.bytes;
  }
  const folder = repoFolder(hub.cacheDir, at.type, at.repo);
  await writeRef(folder, at.revision, commit);
  return snapshotPath(folder, commit);
}
