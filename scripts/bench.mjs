/**
 * @file `npm run bench`: measures, prints a table, and writes data/bench.json, .md and .svg. Nothing here passes or
 * fails: figures belong to a machine and an hour. What there is to measure is in bench/, in TypeScript.
 */
import "./setup/require-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { root } from "./setup/root.mjs";
import { exitWith } from "./setup/setup-error.mjs";

async function bench() {
  await ensureReady({ needsBuild: false });
  const args = ["--import", "tsx", join(root, "scripts", "bench", "main.ts"), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  process.exitCode = await new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

await bench().catch(exitWith);
