/** @file The same long work asked for twice at once is done once, and given up when nobody waits for it any more. */

interface Running {
  promise: Promise<unknown>;
  abort: AbortController;
  waiting: number;
}

const running = new Map<string, Running>();

/**
 * Calls of different `work` must have different keys: start each key with the name of the service.
 * @param signal ends this caller's waiting with the signal's reason; the last one to leave aborts the work
 */
export async function shareInFlight<T>(
  key: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const shared = running.get(key) ?? start(key, work);
  shared.waiting++;
  let leave: (() => void) | undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal?.reason);
    signal?.addEventListener("abort", leave, { once: true });
  });
  try {
    return (await Promise.race([shared.promise, left])) as T;
  } finally {
    if (leave !== undefined) signal?.removeEventListener("abort", leave);
    if (--shared.waiting === 0) {
      // Whoever asks from now on begins anew.
      if (running.get(key) === shared) running.delete(key);
      shared.abort.abort();
    }
  }
}

function start<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Running {
  const abort = new AbortController();
  const shared: Running = { promise: work(abort.signal), abort, waiting: 0 };
  running.set(key, shared);
  return shared;
}
