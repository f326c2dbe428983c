import { spawn } from "node:child_process";
import { once } from "node:events";
import postgres from "postgres";
import { expect, test } from "vitest";
import { startPgliteServer } from "./pglite-server";

/** Counts up without end, in one transaction. */
const CLIENT = `
  import postgres from "postgres";
  const client = postgres(process.argv[1], { max: 1 });
  await client.begin(async (tx) => {
    for (let i = 0; ; i++) {
      await tx\`insert into numbers values (1)\`;
      if (i === 5) console.log("under way");
    }
  });`;

test("what a client had begun is undone when it is killed, and the others go on", async () => {
  const { port, stop } = await startPgliteServer();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const other = postgres(url, { max: 1 });
  try {
    await other`create table numbers (n int)`;
    const client = spawn(process.execPath, ["--input-type=module", "-e", CLIENT, url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(client.stdout, "data");
    client.kill("SIGKILL");
    expect(await other`select * from numbers`).toEqual([]);
    await other`insert into numbers values (2)`;
    const third = postgres(url, { max: 1 });
    expect(await third`select n from numbers`).toEqual([{ n: 2 }]);
    await third.end();
  } finally {
    await other.end();
    await stop();
  }
});
