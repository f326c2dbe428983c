/** @file A connection to the loopback Hub, with a cache of its own and short patience. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hub, type HubOptions, openHub } from "@/lib/hub/open-hub";

export async function openTestHub(endpoint: string, options: Partial<HubOptions> = {}): Promise<Hub> {
  const cacheDir = await mkdtemp(join(tmpdir(), "codetune-hub-"));
  return openHub({
    endpoint,
    token: null,
    tokenPath: join(cacheDir, "no-token"),
    isOffline: false,
    cacheDir: join(cacheDir, "hub"),
    ...options,
    timeouts: { connectMs: 2000, answerMs: 400, idleMs: 400, backOffMs: 5, ...options.timeouts },
  });
}
