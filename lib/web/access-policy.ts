import { readEnv } from "@/lib/config/env";
import { type AttemptLimiter, createAttemptLimiter } from "./attempt-limiter";
import type { AccessPolicy } from "./session";

export interface StudioAccess extends AccessPolicy {
  /** On a Hugging Face Space: shown in a frame of another site. */
  isSpace: boolean;
}

let policy: StudioAccess | undefined;

// On globalThis, because pages, routes and the proxy load this file apart, and count together.
const store = globalThis as typeof globalThis & { codetuneWrongTokens?: AttemptLimiter };

function wrongTokens(): AttemptLimiter {
  store.codetuneWrongTokens ??= createAttemptLimiter({ perSource: 10, inAll: 300, windowMs: 60_000 });
  return store.codetuneWrongTokens;
}

/** From the environment, read once per process. */
export function accessPolicy(): StudioAccess {
  if (policy === undefined) {
    const env = readEnv();
    policy = {
      host: env.HOST,
      token: env.CODETUNE_TOKEN,
      isSpace: env.SPACE_ID !== undefined,
      wrongTokens: wrongTokens(),
    };
  }
  return policy;
}
