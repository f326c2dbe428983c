/** @file Both databases for tests, always: a Postgres that is found or brought, and a libSQL file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { fileUrl } from "@/lib/db/file-url";
import { openDatabase } from "@/lib/db/open-database";
import type { Db } from "@/lib/db/types";

export const TEST_DATABASES = ["postgres", "libsql"] as const;
export type TestDatabaseKind = (typeof TEST_DATABASES)[number];

export const MIGRATIONS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "drizzle", "migrations");

export interface TestDatabase {
  url: string;
  db: Db;
  close(): Promise<void>;
}

/** A fresh, migrated database of its own. */
export async function openTestDatabase(kind: TestDatabaseKind): Promise<TestDatabase> {
  const { url, drop } = await createTestDatabase(kind);
  const db = await openDatabase({ url, migrationsFolder: MIGRATIONS_FOLDER });
  return {
    url,
    db,
    close: async () => {
      await db.close();
      await drop();
    },
  };
}

/** A fresh, empty database. */
export async function createTestDatabase(kind: TestDatabaseKind): Promise<{ url: string; drop(): Promise<void> }> {
  if (kind === "postgres") return createPostgresDatabase();
  const folder = await mkdtemp(join(tmpdir(), "codetune-db-"));
  return { url: fileUrl(join(folder, "test.db")), drop: () => rm(folder, { recursive: true, force: true }) };
}

async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await findPostgres();
  if (server === null) return startPglite();
  const name = `codetune_test_${process.pid}_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  await withClient(server, (client) => client.unsafe(`create database ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await withClient(server, (client) => client.unsafe(`drop database if exists ${name} with (force)`));
    },
  };
}

/** TEST_DATABASE_URL (which then must work; "pglite" brings our own), else a server on this machine that lets us in. */
async function findPostgres(): Promise<string | null> {
  const given = process.env["TEST_DATABASE_URL"];
  if (given === "pglite") return null;
  if (given) return given;
  for (const user of ["postgres", "root"]) {
    const url = `postgres://${user}@127.0.0.1:5432/postgres`;
    const canCreate = await withClient(url, async (client) => {
      const [row] = await client`select rolcreatedb or rolsuper as can from pg_roles where rolname = current_user`;
      return row?.["can"] === true;
    }).catch(() => false);
    if (canCreate) return url;
  }
  return null;
}

async function withClient<T>(url: string, work: (client: postgres.Sql) => Promise<T>): Promise<T> {
  const client = postgres(url, { max: 1, connect_timeout: 3, onnotice: () => {} });
  try {
    return await work(client);
  } finally {
    await client.end({ timeout: 1 });
  }
}

async function startPglite(): Promise<{ url: string; drop(): Promise<void> }> {
  const { startPgliteServer } = await import("./pglite-server");
  const { port, stop } = await startPgliteServer();
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, drop: stop };
}
