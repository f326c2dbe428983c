/**
 * @file Compares every architecture with torch, transformers and peft live: makes fresh fixtures from another seed in a
 * temporary folder and runs the architectures' tests over them.
 *
 *   node tests/oracle/compare-live.mjs [PYTHON]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const python = process.argv[2] ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "architectures-"));

function run(command, ...args) {
  const env = { ...process.env, ARCHITECTURE_FIXTURES: folder };
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: "inherit" });
  if (error) process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  return status === 0;
}

try {
  const isMade = run(python, "tests/oracle/architectures.py", "--seed", "1", "--into", folder);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const isEqual = isMade && run(process.execPath, vitest, "run", "lib/engine/executor/architectures.test.ts");
  process.exitCode = isEqual ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
