/** @file The Hugging Face Hub as the environment names it: the same variables as Python's `huggingface_hub` reads. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Env } from "./env";

export interface HubSettings {
  /** Without a slash at the end. */
  endpoint: string;
  /** HF_TOKEN; null: the file below is read when needed. */
  token: string | null;
  /** What `hf auth login` writes. */
  tokenPath: string;
  isOffline: boolean;
  /** The cache's `hub` folder. */
  cacheDir: string;
}

export function hubSettingsOf(env: Env): HubSettings {
  const home = resolve(
    env.HF_HOME ??
      (env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, "huggingface") : join(homedir(), ".cache", "huggingface")),
  );
  return {
    endpoint: env.HF_ENDPOINT.replace(/\/+$/, ""),
    token: env.HF_TOKEN ?? null,
    tokenPath: resolve(env.HF_TOKEN_PATH ?? join(home, "token")),
    isOffline: env.HF_HUB_OFFLINE,
    cacheDir: resolve(env.HF_HUB_CACHE ?? join(home, "hub")),
  };
}
