import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "./root.mjs";

let folder;
beforeEach(() => {
  // A folder of our own keeps us apart from a real set-up.
  folder = mkdtempSync(join(tmpdir(), "codetune-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lockPath = () => join(folder, "cache", "setup.lock");

function run(code, staleMs = 30_000) {
  const script = `import { withLock as lock } from ${JSON.stringify(join(root, "scripts/setup/with-lock.mjs"))};
    const withLock = (say, work) => lock(say, work, { path: ${JSON.stringify(lockPath())}, staleMs: ${staleMs} });
    import { readFileSync, writeFileSync, readdirSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    const counter = ${JSON.stringify(join(folder, "counter"))};
    ${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}

const COUNT = `await withLock(() => console.log("waiting"), async () => {
  const before = Number(readFileSync(counter, "utf8"));
  await sleep(100);
  writeFileSync(counter, String(before + 1));
});`;

test("four at a time come one after the other", async () => {
  writeFileSync(join(folder, "counter"), "0");
  const results = await Promise.all([run(COUNT), run(COUNT), run(COUNT), run(COUNT)]);
  expect(results.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  expect(readFileSync(join(folder, "counter"), "utf8")).toBe("4");
});

test("a lock left by a killed process does not hold up the next one", async () => {
  writeFileSync(join(folder, "counter"), "0");
  const { status } = await run(`await withLock(() => {}, () => process.kill(process.pid, "SIGKILL"));`);
  expect(status).toBeNull();
  const next = await run(COUNT);
  expect(next).toEqual({ status: 0, output: "" });
  expect(readFileSync(join(folder, "counter"), "utf8")).toBe("1");
});

function leaveLock(owner, secondsAgo) {
  mkdirSync(join(folder, "cache"));
  writeFileSync(lockPath(), owner);
  const time = new Date(Date.now() - secondsAgo * 1000);
  utimesSync(lockPath(), time, time);
}

test("an old lock holds nobody up, though another process has its process id now", async () => {
  writeFileSync(join(folder, "counter"), "0");
  leaveLock(`${process.pid} ${hostname()} x`, 31);
  expect(await run(COUNT)).toEqual({ status: 0, output: "" });
  expect(existsSync(lockPath())).toBe(false);
});

test.each([
  ["of a process that lives", `${process.pid} ${hostname()} x`],
  ["of another machine", "999999999 elsewhere x"],
  ["that says nothing yet", ""],
])("a fresh lock %s is waited for", async (_, owner) => {
  writeFileSync(join(folder, "counter"), "0");
  leaveLock(owner, 0);
  const next = run(COUNT, 2000);
  expect(await next).toEqual({ status: 0, output: "waiting\n" });
});

test("a lock that is held for longer than it takes to become old stays held", async () => {
  writeFileSync(join(folder, "counter"), "0");
  const long = run(COUNT.replace("sleep(100)", "sleep(5000)"), 3000);
  while (!existsSync(lockPath())) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await run(COUNT, 3000)).toEqual({ status: 0, output: "waiting\n" });
  expect((await long).status).toBe(0);
  expect(readFileSync(join(folder, "counter"), "utf8")).toBe("2");
});

test("where the lock cannot be written, work goes on without it", async () => {
  writeFileSync(join(folder, "counter"), "0");
  const refuse = `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
    fs.mkdirSync = () => { throw Object.assign(new Error("read-only"), { code: "EROFS" }); };
    syncBuiltinESMExports();`;
  expect(await run(`${refuse} ${COUNT}`)).toEqual({ status: 0, output: "" });
  expect(readFileSync(join(folder, "counter"), "utf8")).toBe("1");
});
