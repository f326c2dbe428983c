/** @file The database as repositories see it. Typed as Postgres; only what both databases do alike is visible. */
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type * as schema from "../../drizzle/schema/pg";

export type Tables = typeof schema;
type Full = PostgresJsDatabase<Tables>;

export type DatabaseKind = "postgres" | "libsql";

/** Reading, inside or outside a transaction. */
export interface Reader {
  readonly kind: DatabaseKind;
  readonly tables: Tables;
  readonly orm: Pick<Full, "select" | "selectDistinct" | "$count">;
}

/**
 * Writing is possible only inside a transaction: a local libSQL file has one writer, and `Db.transaction` queues them.
 * Await nothing but the database in there.
 */
export interface Tx extends Reader {
  readonly orm: Pick<Full, "select" | "selectDistinct" | "$count" | "insert" | "update" | "delete">;
}

export interface Db extends Reader {
  /** Runs `work` in one transaction; it may be run again when the database was busy before it began. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Throws AppError `unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
