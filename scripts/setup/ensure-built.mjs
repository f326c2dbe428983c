import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePrograms, PROGRAMS } from "./bundle-programs.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { root } from "./root.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** What the web build and the bundles are made from. */
const SOURCES = [
  "app",
  "bin/cli",
  "components",
  "drizzle",
  "lib",
  "public",
  "workers",
  "next.config.ts",
  "package-lock.json",
  "package.json",
  "postcss.config.mjs",
  "proxy.ts",
  "scripts/setup/bundle-programs.mjs",
  "tsconfig.json",
];

const stampPath = join(root, ".next", "codetune-build.json");

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampPath, "utf8"));
  } catch {
    return null;
  }
}

/** True when `.next` and `dist` are what the sources as they are now would give. */
export function isBuilt() {
  const stamp = readStamp();
  if (stamp === null || !existsSync(join(root, ".next", "BUILD_ID"))) return false;
  if (!Object.keys(PROGRAMS).every((name) => existsSync(join(root, "dist", `${name}.mjs`)))) return false;
  const now = fingerprint(root, SOURCES);
  if (now.quick === stamp.quick) return true;
  if (now.content() !== stamp.content) return false;
  // Touched, not changed (a checkout, a copy): remember the new times.
  writeFileSync(stampPath, JSON.stringify({ quick: now.quick, content: stamp.content }));
  return true;
}

export async function build() {
  const before = fingerprint(root, SOURCES);
  const content = before.content();
  rmSync(stampPath, { force: true });
  const next = runCommand(process.execPath, [join(root, "node_modules", "next", "dist", "bin", "next"), "build"], {
    env: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  const bundles = await bundlePrograms();
  const web = await next;
  if (bundles !== null) throw new SetupError("The programs could not be built; the reason is above.", bundles);
  if (web.code !== 0)
    throw new SetupError("The web app could not be built; the reason is above.", lastLines(web.output));
  mkdirSync(join(root, ".next"), { recursive: true });
  writeFileSync(stampPath, JSON.stringify({ quick: before.quick, content }));
}

/** Builds when the sources changed since the last build. */
export async function ensureBuilt(say) {
  if (isBuilt()) return;
  say("Building (only after changes; about half a minute) …");
  await build();
}
