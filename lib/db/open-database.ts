/** @file Opens the database that an address names. Only `open-postgres`, `open-libsql` and `migrate-database` know drivers. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type DatabaseOptions, isPostgresUrl } from "./database-options";
import { unavailable } from "./errors";
import { findFilePath } from "./file-url";
import { migrateDatabase } from "./migrate-database";
import { openLibsql } from "./open-libsql";
import { openPostgres } from "./open-postgres";
import type { Db } from "./types";

/** Opens without migrating. Throws AppError `unavailable` with one sentence when the database does not answer. */
export async function connectDatabase(options: DatabaseOptions): Promise<Db> {
  const path = findFilePath(options.url);
  if (path !== null) {
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw unavailable(options.url, error);
    });
  }
  return isPostgresUrl(options.url) ? openPostgres(options) : openLibsql(options);
}

/** Migrates under a lock, then returns the open database. */
export async function openDatabase(options: DatabaseOptions): Promise<Db> {
  const db = await connectDatabase(options);
  try {
    await migrateDatabase(options);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
