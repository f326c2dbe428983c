/**
 * @file Compares every architecture with torch, transformers and peft live: makes fresh fixtures from another seed in a
 * temporary folder, runs the architectures' tests over them, and prints how far apart both are at most.
 *
 *   node tests/oracle/compare-live.mjs
 *
 * Python is $CODETUNE_PYTHON; without it, the packages are installed into a virtual environment in the temporary folder.
 * Where they can't be had, that is said in one line, and nothing is compared.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "architectures-"));
const fixtures = join(folder, "fixtures");
const minutes = 60_000;

/** First torch, whose build for the CPU would otherwise be replaced by another. */
const PACKAGES = [["torch==2.13.0"], ["transformers==5.24.0", "peft==0.21.2"]];
const quiet = {
  TRANSFORMERS_VERBOSITY: "error",
  HF_HUB_DISABLE_PROGRESS_BARS: "1",
  HF_HUB_OFFLINE: "1",
  PYTHONWARNINGS: "ignore",
};

const say = (line) => process.stdout.write(`${line}\n`);

function run(command, args, { env = {}, timeout = 10 * minutes } = {}) {
  const options = {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout,
    maxBuffer: 64 * 1024 * 1024,
  };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  return { isDone: status === 0, text: `${stdout ?? ""}${stderr ?? ""}${error ? `${error.message}\n` : ""}` };
}

/** The command of a Python with all packages, or null after a line that says why there is none. */
function findPython() {
  const given = process.env.CODETUNE_PYTHON;
  if (given) return given;
  const venv = join(folder, "venv");
  const python = join(venv, "bin", "python");
  const steps = [
    ["python3", ["-m", "venv", venv]],
    ...PACKAGES.map((names) => [
      python,
      ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", ...names],
    ]),
  ];
  for (const [command, args] of steps) {
    const { isDone, text } = run(command, args);
    if (isDone) continue;
    const reason = text.trim().split("\n").at(-1) || "no answer in ten minutes";
    say(`Not compared with PEFT live: ${command} ${args.slice(0, 3).join(" ")} … failed (${reason.slice(0, 200)}).`);
    return null;
  }
  return python;
}

/** What the tests wrote beside each fixture: the largest deviation of every measure. */
function printDeviations() {
  const rows = readdirSync(fixtures).flatMap((name) => {
    const path = join(fixtures, name, "deviations.json");
    return existsSync(path) ? [[name, JSON.parse(readFileSync(path, "utf8"))]] : [];
  });
  const measures = [...new Set(rows.flatMap(([, deviations]) => Object.keys(deviations)))];
  const width = Math.max(...rows.map(([name]) => name.length));
  say(["architecture".padEnd(width), ...measures].join("  "));
  for (const [name, deviations] of rows) {
    const cells = measures.map((measure) => (deviations[measure]?.toExponential(1) ?? "–").padStart(measure.length));
    say([name.padEnd(width), ...cells].join("  "));
  }
  return rows.length;
}

function compare(python) {
  const made = run(python, ["tests/oracle/architectures.py", "--seed", "1", "--into", fixtures], { env: quiet });
  if (!made.isDone) return made;
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const test = ["run", "--project", "unit", "lib/engine/executor/architectures.test.ts"];
  return run(process.execPath, [vitest, ...test], { env: { ARCHITECTURE_FIXTURES: fixtures } });
}

try {
  const python = findPython();
  if (python) {
    const started = performance.now();
    const { isDone, text } = compare(python);
    if (!isDone) process.stderr.write(text);
    const seconds = Math.round((performance.now() - started) / 1000);
    const count = existsSync(fixtures) ? printDeviations() : 0;
    say(
      `${count} models compared with torch, transformers and peft in ${seconds} s: ${isDone ? "equal" : "NOT EQUAL"}.`,
    );
    process.exitCode = isDone ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
