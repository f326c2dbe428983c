/** @file A folder that is there completely or not at all, also after a power cut: temporary name, fsync, rename. */
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const MAX_ATTEMPTS = 5;
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Calls `write` with a new empty folder beside `target` and gives it the name `target` when it is done. If `target`
 * has come into being meanwhile, `keepExisting` decides between the two. On an error nothing is left behind.
 */
export async function writeFolder<T>(
  target: string,
  write: (folder: string) => Promise<T>,
  keepExisting: () => Promise<boolean>,
): Promise<T> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await removeStale(parent);
  const temporary = await mkdtemp(join(parent, `.tmp-${basename(target)}-`));
  try {
    const result = await write(temporary);
    await syncFolder(temporary);
    await moveInPlace(temporary, target, keepExisting);
    await syncNames(parent);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function moveInPlace(temporary: string, target: string, keepExisting: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(temporary, target);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      // Windows says EPERM.
      if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(code) || attempt === MAX_ATTEMPTS) throw error;
    }
    if (await keepExisting()) {
      await rm(temporary, { recursive: true, force: true });
      return;
    }
    await removeFolder(target);
  }
}

/** Takes the folder's name away first, so that no one finds half of it. */
export async function removeFolder(path: string): Promise<void> {
  const gone = await mkdtemp(join(dirname(path), ".tmp-gone-")).catch(() => null);
  if (gone === null) return;
  await rename(path, join(gone, "folder")).catch(() => undefined);
  await rm(gone, { recursive: true, force: true });
}

async function syncFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const file = await open(join(folder, entry), "r+");
    await file.sync().finally(() => file.close());
  }
  await syncNames(folder);
}

/** Makes a rename last. Windows and some file systems can't sync a folder, and do it by themselves. */
async function syncNames(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** What a killed process left behind. */
async function removeStale(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(".tmp-")) continue;
    const path = join(parent, entry);
    const info = await stat(path).catch(() => null);
    if (info !== null && Date.now() - info.mtimeMs > STALE_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
