import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import * as sqliteSchema from "../../drizzle/schema/sqlite";
import type { DatabaseOptions } from "./database-options";
import { isBusy, unavailable } from "./errors";
import { isFileUrl } from "./file-url";
import { Mutex } from "./mutex";
import { statementLogger } from "./statement-logger";
import type { Db, Tables, Tx } from "./types";

/**
 * How long the driver waits for a writer in another process. It waits synchronously, but our transactions hold the lock
 * for milliseconds; within this process the mutex below keeps anyone from waiting in the driver at all.
 */
const DRIVER_BUSY_MS = 5_000;
const BUSY_ATTEMPTS = 5;

/** One writer per file and process, however often the file is opened. */
const mutexes = new Map<string, Mutex>();

/** A file, or a server (Turso, sqld). */
export async function openLibsql({ url, isSqlDebug = false }: DatabaseOptions): Promise<Db> {
  const isFile = isFileUrl(url);
  const client = await connect(url, isFile);
  const sqliteOrm = drizzle(client, { schema: sqliteSchema, logger: statementLogger(isSqlDebug) });

  // The casts of the database, as `schema/sqlite.ts` has the schema's: the visible methods have the same meaning.
  const tables = sqliteSchema as unknown as Tables;
  const orm = sqliteOrm as unknown as Tx["orm"];
  const asTx = (tx: unknown): Tx => ({ kind: "libsql", tables, orm: tx as Tx["orm"] });

  // The local driver is synchronous: a second writer in this process would wait for the first one without ever letting
  // it go on. So writers queue here. A server has its own queue.
  const mutex = mutexes.get(url) ?? new Mutex();
  mutexes.set(url, mutex);
  const begin = <T>(work: (tx: Tx) => Promise<T>) => sqliteOrm.transaction((tx) => work(asTx(tx)));

  return {
    kind: "libsql",
    tables,
    orm,
    transaction: (work) => (isFile ? mutex.run(() => retryWhileBusy(client, () => begin(work))) : begin(work)),
    ping: async () => {
      try {
        await client.execute("select 1");
      } catch (error) {
        throw unavailable(url, error);
      }
    },
    close: async () => client.close(),
  };
}

async function connect(url: string, isFile: boolean): Promise<Client> {
  let client: Client | undefined;
  try {
    client = createClient({ url, ...(isFile ? { timeout: DRIVER_BUSY_MS } : {}) });
    const opened = client;
    if (isFile) await retryWhileBusy(opened, () => opened.execute("pragma journal_mode = wal"));
    const foreignKeys = await client.execute("pragma foreign_keys");
    if (isFile && Number(foreignKeys.rows[0]?.[0]) !== 1) throw new Error("foreign keys are off");
    return client;
  } catch (error) {
    client?.close();
    throw unavailable(url, error);
  }
}

/**
 * Repeats when another process held the lock for longer than the driver waits. Nothing of the work was kept then. A
 * statement that was refused stays open on its connection until it is collected, and keeps the next transaction there
 * from committing; so the connections are opened anew.
 */
async function retryWhileBusy<T>(client: Client, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || attempt >= BUSY_ATTEMPTS) throw error;
      await client.reconnect();
      await sleep(attempt * 20);
    }
  }
}
