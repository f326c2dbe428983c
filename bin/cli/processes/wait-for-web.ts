import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 50;

/** Resolves with true once the server answers anything at all, with false when `isOver` says so or time is up. */
export async function waitForWeb(url: string, timeoutMs: number, isOver: () => boolean): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!isOver() && Date.now() < deadline) {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response !== null) return true;
    await sleep(INTERVAL_MS);
  }
  return false;
}
