/** @file Long work in the one thread that also answers requests and renews leases. */

const YIELD_EVERY_MS = 40;

/**
 * A function to await between pieces of work: when 40 ms have gone by it lets other work of the process run, and is
 * true. Throws the signal's reason once it is aborted.
 */
export function createPause(signal?: AbortSignal): () => Promise<boolean> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < YIELD_EVERY_MS) return false;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    last = performance.now();
    return true;
  };
}
