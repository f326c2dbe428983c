/** @file Brings the tables up to date, once, however many processes start together. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@libsql/client";
import { drizzle as libsqlDrizzle } from "drizzle-orm/libsql";
import { migrate as migrateLibsql } from "drizzle-orm/libsql/migrator";
import { drizzle as pgDrizzle } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { AppError } from "@/lib/errors";
import { type DatabaseOptions, isPostgresUrl } from "./database-options";
import { describeUrl } from "./describe-url";
import { isFileUrl } from "./file-url";

/** Any number, the same in every process of ours. */
const ADVISORY_LOCK = 7_265_103;
const ATTEMPTS = 12;

/** Throws AppError `unavailable` when a migration fails; the database is then as before it. */
export async function migrateDatabase(options: DatabaseOptions): Promise<void> {
  try {
    await withRetry(() =>
      isPostgresUrl(options.url) ? migratePostgresUnderLock(options) : migrateLibsqlDatabase(options),
    );
  } catch (error) {
    throw new AppError(
      "unavailable",
      `The tables of ${describeUrl(options.url)} could not be brought up to date; the log has the details.`,
      { cause: error },
    );
  }
}

/**
 * Applying is one transaction, so of two processes one wins where there is no lock (libSQL, or Postgres behind a pooler
 * that shares sessions); the other fails on a table that exists or on a busy file, looks again and finds nothing to do.
 */
async function withRetry(migrate: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await migrate();
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
      await sleep(attempt * 20);
    }
  }
}

/** One connection, because an advisory lock belongs to the connection that took it. */
async function migratePostgresUnderLock({ url, migrationsFolder }: DatabaseOptions): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${ADVISORY_LOCK})`;
    await migratePostgres(pgDrizzle(client), { migrationsFolder: `${migrationsFolder}/pg` });
    await client`select pg_advisory_unlock(${ADVISORY_LOCK})`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** A new client each time: a refused statement would spoil its connection for the next attempt. */
async function migrateLibsqlDatabase({ url, migrationsFolder }: DatabaseOptions): Promise<void> {
  const client = createClient({ url, ...(isFileUrl(url) ? { timeout: 5_000 } : {}) });
  try {
    await migrateLibsql(libsqlDrizzle(client), { migrationsFolder: `${migrationsFolder}/sqlite` });
  } finally {
    client.close();
  }
}
