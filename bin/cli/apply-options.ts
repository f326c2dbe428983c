import { delimiter, dirname } from "node:path";
import { type Env, readEnv } from "@/lib/config/env";
import { loadEnvFile } from "@/lib/config/load-env-file";
import { pathsOf } from "@/lib/config/paths";
import { databaseOptions } from "@/lib/db/database-options";
import { absoluteFileUrl } from "@/lib/db/file-url";

export interface EnvironmentOptions {
  host?: string;
  port?: number;
  debug?: boolean;
  databaseUrl?: string;
}

/**
 * The environment with the command line's options over it. Written to `process.env`, so that child processes get the
 * same. They work in the repository and read its `.env` for what is missing, so every place is written there, absolute.
 * Throws AppError `invalid_input`.
 */
export function applyOptions(options: EnvironmentOptions = {}): Env {
  loadEnvFile();
  if (options.host !== undefined) process.env["HOST"] = options.host;
  if (options.port !== undefined) process.env["PORT"] = String(options.port);
  if (options.databaseUrl !== undefined) process.env["DATABASE_URL"] = options.databaseUrl;
  if (options.debug) process.env["LOG_LEVEL"] = "debug";
  // On a terminal people want sentences, not a log; in a container the log is what there is.
  if (process.stderr.isTTY) process.env["LOG_LEVEL"] ??= "warn";
  // A Space's container is reached through its proxy, never by loopback.
  if (process.env["SPACE_ID"]) process.env["HOST"] ??= "0.0.0.0";
  const env = readEnv();
  const paths = pathsOf(env);
  process.env["CODETUNE_HOME"] = paths.home;
  process.env["CODETUNE_DATA_ROOTS"] = paths.dataRoots.join(delimiter);
  process.env["HF_HOME"] = dirname(paths.huggingFaceCache);
  process.env["DATABASE_URL"] = absoluteFileUrl(databaseOptions(env, paths).url);
  return env;
}
