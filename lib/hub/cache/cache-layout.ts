/**
 * @file The standard cache, as Python's `huggingface_hub` lays it out, so that each finds what the other downloaded:
 * `{models,datasets}--{org}--{name}/blobs/{etag}`, `snapshots/{commit}/{path}` as links to blobs, `refs/{revision}` with
 * a commit. Source: "Understand caching" in huggingface_hub's documentation.
 */
import { constants } from "node:fs";
import { access, copyFile, mkdir, rename, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { HubRepoType } from "@/lib/contracts/hub";

export const repoFolder = (cacheDir: string, type: HubRepoType, repo: string): string =>
  join(cacheDir, `${type}s--${repo.replaceAll("/", "--")}`);

export const blobPath = (folder: string, etag: string): string => join(folder, "blobs", etag);

export const snapshotPath = (folder: string, commit: string, path = ""): string =>
  join(folder, "snapshots", commit, ...path.split("/"));

/** Written last: a ref says that its commit is here. */
export async function writeRef(folder: string, revision: string, commit: string): Promise<void> {
  if (revision === commit) return;
  const path = join(folder, "refs", ...revision.split("/"));
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, commit);
  await rename(temporary, path);
}

/** Makes a snapshot's file out of a blob: a relative link, or a copy where links are not allowed. */
export async function linkBlob(folder: string, etag: string, commit: string, path: string): Promise<string> {
  const pointer = snapshotPath(folder, commit, path);
  if (await exists(pointer)) return pointer;
  await mkdir(dirname(pointer), { recursive: true });
  const blob = blobPath(folder, etag);
  try {
    await symlink(relative(dirname(pointer), blob), pointer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return pointer;
    const temporary = `${pointer}.${process.pid}.tmp`;
    await copyFile(blob, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, pointer);
  }
  return pointer;
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Size of a file, following links; null when it is not there. */
export const findSize = (path: string): Promise<number | null> =>
  stat(path).then(
    (info) => (info.isFile() ? info.size : null),
    () => null,
  );
