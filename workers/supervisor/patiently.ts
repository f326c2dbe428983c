import { setTimeout as sleep } from "node:timers/promises";
import { isRefused } from "@/lib/db/errors";
import type { Logger } from "@/lib/services/context";

/** Pauses before a record is offered again to a database that fails; the last one repeats. */
const RETRY_MS = [200, 500, 1000, 2000];
/** What a child says waits in its file meanwhile, so there is time. A worker that is to end has less. */
const PATIENCE_MS = 10 * 60_000;
const SHUTDOWN_PATIENCE_MS = 5_000;

export interface PatienceOptions {
  log: Logger;
  /** The worker is told to end. */
  shutdown: AbortSignal;
  /** Trying again is no use, e.g. because the lease is lost. */
  isFinal(error: unknown): boolean;
}

/** Again and again while the database is away. What it will never take is final. */
export async function patiently<T>(write: () => Promise<T>, { log, shutdown, isFinal }: PatienceOptions): Promise<T> {
  const since = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      const patienceMs = shutdown.aborted ? SHUTDOWN_PATIENCE_MS : PATIENCE_MS;
      if (isFinal(error) || isRefused(error) || Date.now() - since > patienceMs) throw error;
      log.warn({ error }, "the database did not take a record; trying again");
      await sleep(RETRY_MS[attempt] ?? RETRY_MS.at(-1));
    }
  }
}
