/** @file Blocks can be made again at any time, so those of settings that were only looked at don't fill the disk. */
import { readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { removeFolder } from "./write-folder";

const KEPT_FOLDERS = 6;
const UNUSED_AFTER_MS = 3 * 24 * 60 * 60 * 1000;
/** However new they are. Trainers read theirs whole at the start, soon after it was used; a resume makes them again. */
const MAX_FOLDERS = 24;

/** The folder's time is when it was last asked for. */
export async function markUsed(blocksDir: string): Promise<void> {
  const now = new Date();
  await utimes(blocksDir, now, now).catch(() => undefined);
}

/** Removes folders that were not used for days, beyond the few used last, and all beyond the two dozen used last. */
export async function pruneBlocks(parent: string): Promise<void> {
  const folders: { path: string; usedAt: number }[] = [];
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const info = name.startsWith(".") ? null : await stat(path).catch(() => null);
    if (info?.isDirectory()) folders.push({ path, usedAt: info.mtimeMs });
  }
  folders.sort((a, b) => b.usedAt - a.usedAt);
  for (const [index, { path, usedAt }] of folders.entries()) {
    const isUnused = index >= KEPT_FOLDERS && Date.now() - usedAt > UNUSED_AFTER_MS;
    if (isUnused || index >= MAX_FOLDERS) await removeFolder(path);
  }
}
