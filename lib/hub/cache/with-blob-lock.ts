/**
 * @file One download of a blob at a time. Python locks `.locks/{repo}/{etag}.lock` with flock, which Node lacks; our
 * processes keep each other out by a file of their own beside it. Against Python nothing is needed: each side writes to
 * a temporary file of its own name and renames it into place.
 */
import { mkdir, open, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../open-hub";

const STALE_MS = 30_000;
const TOUCH_MS = 5_000;
const ASK_MS = 250;

export async function withBlobLock<T>(
  place: { cacheDir: string; repoFolderName: string; etag: string },
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(place.cacheDir, ".locks", place.repoFolderName);
  const path = join(folder, `${place.etag}.codetune.lock`);
  await mkdir(folder, { recursive: true });
  while (!(await take(path))) await sleep(ASK_MS, signal);
  // Whoever was killed leaves the file; it is taken over once nobody has touched it for a while.
  const timer = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const info = await stat(path).catch(() => null);
  if (info !== null && Date.now() - info.mtimeMs > STALE_MS) await rm(path, { force: true });
  return false;
}
