import { readEnv } from "@/lib/config/env";
import type { AccessPolicy } from "./session";

let policy: AccessPolicy | undefined;

/** From the environment, read once per process. */
export function accessPolicy(): AccessPolicy {
  if (policy === undefined) {
    const env = readEnv();
    policy = { host: env.HOST, token: env.CODETUNE_TOKEN };
  }
  return policy;
}
