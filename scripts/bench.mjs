/**
 * @file `npm run bench [cell …]`: measures, prints a table and writes data/bench.json. Nothing here passes or fails:
 * figures belong to a machine and an hour. Cells run one after the other, each from an empty CODETUNE_HOME.
 */
import "./setup/require-node.mjs";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { measureQuickstart } from "./bench/measure-quickstart.mjs";
import { measureFirstLoss, measureStart } from "./bench/measure-start.mjs";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { root } from "./setup/root.mjs";
import { lastLines, runCommand } from "./setup/run-command.mjs";
import { exitWith } from "./setup/setup-error.mjs";

/** A TypeScript program that prints one JSON line, in a process of its own so that its peak memory is its own. */
async function program(name, ...args) {
  const path = join(root, "scripts", "bench", name);
  const { code, output } = await runCommand(process.execPath, ["--import", "tsx", path, ...args]);
  if (code !== 0) throw new Error(lastLines(output));
  return JSON.parse(output.trim().split("\n").at(-1));
}

/** A rank-8 LoRA step on all linear layers of SmolLM2-135M's shape, batch 1. */
async function step(home, blockLength) {
  const folder = join(home, "smollm2-135m");
  await program("write-shape.ts", folder);
  return program("measure-step.ts", folder, String(blockLength), "5");
}

/** Name → measurement: `(emptyFolder) => figures`, a flat object whose names carry their units. */
const CELLS = {
  "matrix rate": () => program("print-sgemm.ts"),
  "135M, 256 tokens": (home) => step(home, 256),
  "135M, 1024 tokens": (home) => step(home, 1024),
  "second start": measureStart,
  "first loss": measureFirstLoss,
  quickstart: measureQuickstart,
};

const digits = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const show = (value) =>
  typeof value === "number" ? (Number.isInteger(value) ? String(value) : digits(value)) : String(value);

async function measure(name) {
  const home = mkdtempSync(join(tmpdir(), "codetune-bench-"));
  try {
    return await CELLS[name](home);
  } catch (error) {
    return { failed: error.message };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function bench() {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => CELLS[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`There is no cell ${unknown.join(", ")}; there are ${Object.keys(CELLS).join(", ")}.`);
  await ensureReady();
  const results = {};
  for (const name of asked.length > 0 ? asked : Object.keys(CELLS)) {
    results[name] = await measure(name);
    for (const [figure, value] of Object.entries(results[name])) {
      process.stdout.write(`${name.padEnd(24)} ${figure.padEnd(28)} ${show(value)}\n`);
    }
  }
  const machine = {
    node: process.versions.node,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
  mkdirSync(join(root, "data"), { recursive: true });
  const path = join(root, "data", "bench.json");
  writeFileSync(path, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, results }, null, 2)}\n`);
  process.stdout.write(`written to ${path}\n`);
}

await bench().catch(exitWith);
