import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import postgres from "postgres";
import { z } from "zod";
import { type DatabaseOptions, isPostgresUrl } from "./database-options";
import { unavailable } from "./errors";
import { findFilePath } from "./file-url";

const Journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

export interface MigrationStatus {
  /** Names of migrations, in order. */
  applied: string[];
  pending: string[];
}

/** Reads only: a database file that is not there is not made. Throws AppError `unavailable` when nothing answers. */
export async function getMigrationStatus(options: DatabaseOptions): Promise<MigrationStatus> {
  const isPostgres = isPostgresUrl(options.url);
  const journalPath = join(options.migrationsFolder, isPostgres ? "pg" : "sqlite", "meta", "_journal.json");
  const { entries } = Journal.parse(JSON.parse(await readFile(journalPath, "utf8")));
  const newest = await (isPostgres ? newestInPostgres(options.url) : newestInLibsql(options.url)).catch((error) => {
    throw unavailable(options.url, error);
  });
  return {
    applied: entries.filter(({ when }) => when <= newest).map(({ tag }) => tag),
    pending: entries.filter(({ when }) => when > newest).map(({ tag }) => tag),
  };
}

/** Drizzle keeps the instant of every applied migration; 0 when there is none. */
async function newestInPostgres(url: string): Promise<number> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') as name`;
    if (table?.["name"] == null) return 0;
    const [row] = await client`select max(created_at) as newest from drizzle.__drizzle_migrations`;
    return Number(row?.["newest"] ?? 0);
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function newestInLibsql(url: string): Promise<number> {
  const path = findFilePath(url);
  if (path !== null && !existsSync(path)) return 0;
  const client = createClient({ url });
  try {
    const table = await client.execute("select name from sqlite_master where name = '__drizzle_migrations'");
    if (table.rows.length === 0) return 0;
    const result = await client.execute("select max(created_at) as newest from __drizzle_migrations");
    return Number(result.rows[0]?.["newest"] ?? 0);
  } finally {
    client.close();
  }
}
