import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "../../drizzle/schema/pg";
import type { DatabaseOptions } from "./database-options";
import { unavailable } from "./errors";
import { statementLogger } from "./statement-logger";
import type { Db } from "./types";

const CONNECT_TIMEOUT_SECONDS = 10;

/** One pool per process. `idle_timeout` lets a server that scales to zero sleep. */
export async function openPostgres({ url, isSqlDebug = false }: DatabaseOptions): Promise<Db> {
  const client = postgres(url, {
    max: 10,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    idle_timeout: 60,
    onnotice: () => {},
  });
  const orm = drizzle(client, { schema, logger: statementLogger(isSqlDebug) });
  const ping = async () => {
    try {
      await orm.execute(sql`select 1`);
    } catch (error) {
      throw unavailable(url, error);
    }
  };
  try {
    await ping();
  } catch (error) {
    await client.end({ timeout: 1 });
    throw error;
  }
  return {
    kind: "postgres",
    tables: schema,
    orm,
    transaction: (work) => orm.transaction((tx) => work({ kind: "postgres", tables: schema, orm: tx })),
    ping,
    close: () => client.end({ timeout: 5 }),
  };
}
