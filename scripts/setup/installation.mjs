/**
 * @file Is node_modules what package-lock.json asks for? npm writes node_modules/.package-lock.json when an install
 * ends, so that file is the stamp: nothing of ours has to be kept, and an `npm install` by hand counts too.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies"];

function sameSection(a = {}, b = {}) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** package.json asks for the same as the lock file says it was made from. */
export function isLockInStep(packageJson, lock) {
  const made = lock?.packages?.[""];
  return made !== undefined && SECTIONS.every((section) => sameSection(packageJson[section], made[section]));
}

/** Null when everything is installed, otherwise a short reason. Platform packages that npm left out are no reason. */
export function whyNotInstalled(folder) {
  const installed = readJson(join(folder, "node_modules", ".package-lock.json"));
  if (installed === null)
    return existsSync(join(folder, "node_modules")) ? "the last install did not finish" : "nothing is installed yet";
  const lock = readJson(join(folder, "package-lock.json"));
  const packageJson = readJson(join(folder, "package.json"));
  if (lock === null || packageJson === null) return "package.json or package-lock.json cannot be read";
  if (!isLockInStep(packageJson, lock)) return "package.json changed";
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const present = installed.packages?.[path];
    if (present === undefined ? !entry.optional : present.version !== entry.version) return "package-lock.json changed";
  }
  return null;
}
