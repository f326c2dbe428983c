import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./root.mjs";

const path = join(tmpdir(), `codetune-setup-${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);

function isAlive(pid) {
  // The number follows the file at once, so a file without one that stays is what a crash left.
  if (Number.isNaN(pid)) return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 5000;
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
      const owner = readOwner();
      if (owner === null) continue;
      if (!isAlive(owner)) {
        rmSync(path, { force: true });
        continue;
      }
      if (!told) say(`Another command is setting up; waiting for it …`);
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

/** The process that holds the lock: null when there is none any more, NaN while it has not written its number yet. */
function readOwner() {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10);
  } catch {
    return null;
  }
}
