import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./root.mjs";

/** In the checkout that it protects, in the only folder that neither `npm ci` nor `next build` empties. */
const LOCK = join(root, ".next", "cache", "codetune-setup.lock");
const STALE_MS = 30_000;

const codeIs = (error, ...codes) => codes.includes(error.code);

function ignoring(codes, work) {
  try {
    return work();
  } catch (error) {
    if (!codeIs(error, ...codes)) throw error;
    return null;
  }
}

/** Touched while it is held, so an old one is nobody's, whoever has that process id now. */
function isStale({ text, age }, staleMs) {
  const [pid = "", host = ""] = text.split(" ");
  if (age > staleMs) return true;
  // The process ids of another machine or container say nothing here.
  if (host !== hostname() || !/^\d+$/.test(pid)) return false;
  return ignoring(["EPERM"], () => ignoring(["ESRCH"], () => process.kill(Number(pid), 0)) === null) ?? false;
}

/** Null when nobody holds it any more. */
function readLock(path) {
  return ignoring(["ENOENT"], () => ({
    text: readFileSync(path, "utf8"),
    age: Date.now() - statSync(path).mtimeMs,
  }));
}

/** Moved away first, then looked at again: whoever took it in between gets it back. */
function removeStale(path, text) {
  const aside = `${path}.${randomUUID()}`;
  ignoring(["ENOENT"], () => renameSync(path, aside));
  const moved = ignoring(["ENOENT"], () => readFileSync(aside, "utf8"));
  if (moved !== null && moved !== text) ignoring(["EEXIST"], () => linkSync(aside, path));
  rmSync(aside, { force: true });
}

async function take(path, mine, staleMs, say) {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; ; ) {
    if (ignoring(["EEXIST"], () => writeFileSync(path, mine, { flag: "wx" }) ?? true)) return;
    const lock = readLock(path);
    if (lock === null) continue;
    if (isStale(lock, staleMs)) {
      removeStale(path, lock.text);
      continue;
    }
    if (!told) say("Another command is setting up; waiting for it …");
    told = true;
    await sleep(300);
  }
}

/** Two commands at the same time must not install or build over each other: the second one waits. */
export async function withLock(say, work, { path = LOCK, staleMs = STALE_MS } = {}) {
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  try {
    await take(path, mine, staleMs, say);
  } catch (error) {
    // A checkout that cannot be written cannot be set up by anyone, so there is nothing to wait for.
    if (codeIs(error, "EACCES", "EPERM", "EROFS")) return work();
    throw error;
  }
  const isMine = () => readLock(path)?.text === mine;
  const touch = setInterval(() => {
    if (isMine()) ignoring(["ENOENT"], () => utimesSync(path, new Date(), new Date()));
  }, staleMs / 6);
  touch.unref();
  const release = () => {
    clearInterval(touch);
    if (isMine()) rmSync(path, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
  }
}
