import { readEnv } from "@/lib/config/env";
import type { AccessPolicy } from "./session";

export interface StudioAccess extends AccessPolicy {
  /** On a Hugging Face Space: shown in a frame of another site. */
  isSpace: boolean;
}

let policy: StudioAccess | undefined;

/** From the environment, read once per process. */
export function accessPolicy(): StudioAccess {
  if (policy === undefined) {
    const env = readEnv();
    policy = { host: env.HOST, token: env.CODETUNE_TOKEN, isSpace: env.SPACE_ID !== undefined };
  }
  return policy;
}
