import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { withLock } from "./with-lock.mjs";

/** Progress goes to standard error, so that standard output stays a command's own (`--json`). */
export const say = (sentence) => process.stderr.write(`${sentence}\n`);

/** Installs and builds what is missing or stale. */
export async function ensureReady({ needsBuild = true } = {}) {
  await withLock(say, async () => {
    await ensureInstalled(say);
    if (needsBuild) await ensureBuilt(say);
  });
}
