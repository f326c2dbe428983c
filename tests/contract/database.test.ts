import { createServer } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { describeUrl } from "@/lib/db/describe-url";
import { openDatabase } from "@/lib/db/open-database";
import { listDatasets } from "@/lib/db/repositories/datasets";
import type { Db } from "@/lib/db/types";
import { createTestDatabase, MIGRATIONS_FOLDER, TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset } from "../helpers/run-fixtures";

describe.each(TEST_DATABASES)("opening %s", (kind) => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  const open = async (url: string): Promise<Db> => {
    const db = await openDatabase({ url, migrationsFolder: MIGRATIONS_FOLDER });
    closers.push(() => db.close());
    return db;
  };
  const create = async () => {
    const { url, drop } = await createTestDatabase(kind);
    closers.push(drop);
    return url;
  };

  it("migrates once when several start together, and keeps what is there at the next start", async () => {
    const url = await create();
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    await addDataset(first as Db, "kept");
    for (const db of [...others, await open(url)]) {
      expect((await listDatasets(db)).map(({ name }) => name)).toEqual(["kept"]);
    }
  });

  it("undoes a transaction that throws", async () => {
    const db = await open(await create());
    const failing = db.transaction(async (tx) => {
      await tx.orm
        .insert(tx.tables.workers)
        .values({ id: "w", hostname: "h", pid: 1, device: "cpu", heartbeatAt: new Date() });
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await db.orm.$count(db.tables.workers)).toBe(0);
  });

  it("loses no update when two openers count up at once", async () => {
    const url = await create();
    const openers = [await open(url), await open(url)];
    await addDataset(openers[0] as Db, "counter");
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (openers[i % 2] as Db).transaction(async (tx) => {
          const id = `worker-${i}`;
          await tx.orm
            .insert(tx.tables.workers)
            .values({ id, hostname: "h", pid: i, device: "cpu", heartbeatAt: new Date() });
        }),
      ),
    );
    expect(await (openers[0] as Db).orm.$count((openers[0] as Db).tables.workers)).toBe(40);
  });
});

describe("a database that is down", () => {
  it("is one sentence that names it without its password, and no other database is used", async () => {
    const port = await closedPort();
    for (const scheme of ["postgres", "postgresql"]) {
      const url = `${scheme}://someone:hunter2-secret@127.0.0.1:${port}/studio`;
      const error = await openDatabase({ url, migrationsFolder: MIGRATIONS_FOLDER }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "unavailable" });
      const { message } = error as Error;
      expect(message).toContain(`127.0.0.1:${port}/studio`);
      expect(message).toContain("ECONNREFUSED");
      expect(message).not.toContain("hunter2");
      expect(message).not.toContain("\n");
    }
  });

  it("is told likewise when a libSQL file can't be opened or a server does not answer", async () => {
    const port = await closedPort();
    const notAFolder = fileURLToPath(import.meta.url);
    for (const url of [`file:${notAFolder}/studio.db`, `file:${dirname(notAFolder)}`, `http://127.0.0.1:${port}`]) {
      await expect(openDatabase({ url, migrationsFolder: MIGRATIONS_FOLDER })).rejects.toMatchObject({
        code: "unavailable",
      });
    }
  });
});

describe("describeUrl", () => {
  it("leaves out user, password and options", () => {
    expect(describeUrl("postgres://me:secret@db.example:5432/studio?sslpassword=x")).toBe(
      "postgres://db.example:5432/studio",
    );
    expect(describeUrl("libsql://x.turso.io?authToken=secret")).toBe("libsql://x.turso.io");
    expect(describeUrl("postgres://me:sec ret@")).not.toContain("ret");
  });
});

function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => (port > 0 ? resolve(port) : reject(new Error("no port"))));
    });
  });
}
