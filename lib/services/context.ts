/** @file What every service gets: the database, the places on disk, the log and the clock. */
import type { Env } from "@/lib/config/env";
import { type HubSettings, hubSettingsOf } from "@/lib/config/hub-settings";
import type { Logger } from "@/lib/config/logger";
import { type Paths, pathsOf } from "@/lib/config/paths";
import { databaseOptions } from "@/lib/db/database-options";
import { openDatabase } from "@/lib/db/open-database";
import type { Db } from "@/lib/db/types";

export type { Logger } from "@/lib/config/logger";

export interface ServiceContext {
  db: Db;
  paths: Paths;
  /** The Hugging Face Hub as the environment names it. */
  hub: HubSettings;
  log: Logger;
  now(): Date;
}

/** For entry points, once per process: opens and migrates the database. End with `ctx.db.close()`. */
export async function createServiceContext(env: Env, log: Logger): Promise<ServiceContext> {
  const paths = pathsOf(env);
  const db = await openDatabase(databaseOptions(env, paths));
  return { db, paths, hub: hubSettingsOf(env), log, now: () => new Date() };
}
