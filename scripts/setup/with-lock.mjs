import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./root.mjs";

const path = join(tmpdir(), `codetune-setup-${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Two commands at the same time must not install or build over each other: the second one waits. */
export async function withLock(say, work) {
  for (let told = false; ; ) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const owner = Number(readOwner());
      if (!Number.isInteger(owner) || owner <= 0 || !isAlive(owner)) {
        rmSync(path, { force: true });
        continue;
      }
      if (!told) say(`Another command (process ${owner}) is setting up; waiting for it …`);
      told = true;
      await sleep(300);
    }
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
  }
}

function readOwner() {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
