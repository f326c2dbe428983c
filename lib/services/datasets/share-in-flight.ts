/** @file The same long work asked for twice at once is done once. */

const running = new Map<string, Promise<unknown>>();

/** Calls of different `work` must have different keys: start each key with the name of the service. */
export async function shareInFlight<T>(key: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known !== undefined) return known as Promise<T>;
  const promise = work().finally(() => running.delete(key));
  running.set(key, promise);
  return promise;
}
