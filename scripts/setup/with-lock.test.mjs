import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "./root.mjs";

let folder;
beforeEach(() => {
  // The lock lies in the temporary folder, so a folder of our own keeps us apart from a real set-up.
  folder = mkdtempSync(join(tmpdir(), "codetune-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(code) {
  const script = `import { withLock } from ${JSON.stringify(join(root, "scripts/setup/with-lock.mjs"))};
    import { readFileSync, writeFileSync, readdirSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    const counter = ${JSON.stringify(join(folder, "counter"))};
    ${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, TMPDIR: folder, TEMP: folder },
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
