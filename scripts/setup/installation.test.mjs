import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { whyNotInstalled } from "./installation.mjs";
import { isNodeNewEnough } from "./node-version.mjs";
import { root } from "./root.mjs";

let folder;
const packageJson = { name: "x", dependencies: { a: "1.0.0" }, devDependencies: { b: "2.0.0" } };
const lock = {
  packages: {
    "": packageJson,
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0", dev: true },
    "node_modules/a-darwin": { version: "1.0.0", optional: true },
  },
};
const installed = { packages: { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } } };
const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "codetune-installation-"));
  mkdirSync(join(folder, "node_modules"));
  write("package.json", packageJson);
  write("package-lock.json", lock);
  write("node_modules/.package-lock.json", installed);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what npm installed from this lock file is installed, without the platform packages of others", () => {
  expect(whyNotInstalled(folder)).toBeNull();
});

test("this checkout, in which the tests run, is installed", () => {
  expect(whyNotInstalled(root)).toBeNull();
});

test.each([
  ["no node_modules", () => rmSync(join(folder, "node_modules"), { recursive: true }), "nothing is installed yet"],
  ["an install that was cut off", () => rmSync(join(folder, "node_modules/.package-lock.json")), "did not finish"],
  ["half a stamp", () => writeFileSync(join(folder, "node_modules/.package-lock.json"), '{"pack'), "did not finish"],
  [
    "a new package",
    () => write("package-lock.json", { packages: { ...lock.packages, "node_modules/c": { version: "1.0.0" } } }),
    "package-lock.json changed",
  ],
  [
    "another version",
    () => write("package-lock.json", { packages: { ...lock.packages, "node_modules/b": { version: "2.0.1" } } }),
    "package-lock.json changed",
  ],
  [
    "an install without development packages",
    () => write("node_modules/.package-lock.json", { packages: { "node_modules/a": { version: "1.0.0" } } }),
    "package-lock.json changed",
  ],
  [
    "a package.json ahead of its lock file",
    () => write("package.json", { ...packageJson, dependencies: { a: "1.1.0" } }),
    "package.json changed",
  ],
  ["a lock file that is no JSON", () => writeFileSync(join(folder, "package-lock.json"), "<<<<<<<"), "cannot be read"],
])("%s is a reason to install", (_, change, reason) => {
  change();
  expect(whyNotInstalled(folder)).toContain(reason);
});

test.each([
  ["20.9.0", true],
  ["20.20.2", true],
  ["21.0.0", true],
  ["100.0.0", true],
  ["20.8.1", false],
  ["18.20.0", false],
])("Node %s: new enough is %s", (version, expected) => {
  expect(isNodeNewEnough(version)).toBe(expected);
});
