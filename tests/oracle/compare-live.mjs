/**
 * @file Compares every architecture and every adapter method with torch, transformers and peft live: makes fresh fixtures
 * from another seed in a temporary folder, runs their tests over them (those of methods go on from adapters that peft
 * wrote), lets peft load the adapters that these trained, and prints how far apart both are at most.
 *
 *   npm run parity
 *
 * Python is $CODETUNE_PYTHON; without it, the packages are installed into a virtual environment in the temporary folder.
 * Where they can't be had, that is said in one line, and nothing is compared.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "architectures-"));
/** What is made, where, and which test reads it. */
const PARTS = [
  {
    maker: "architectures.py",
    into: join(folder, "architectures"),
    variable: "ARCHITECTURE_FIXTURES",
    test: "architectures.test.ts",
  },
  { maker: "methods.py", into: join(folder, "methods"), variable: "METHOD_FIXTURES", test: "methods.test.ts" },
];
const minutes = 60_000;

/** First torch, whose build for the CPU would otherwise be replaced by another. */
const PACKAGES = [["torch==2.13.0"], ["transformers==5.24.0", "peft==0.21.2"]];
const quiet = {
  TRANSFORMERS_VERBOSITY: "error",
  HF_HUB_DISABLE_PROGRESS_BARS: "1",
  HF_HUB_OFFLINE: "1",
};
/** Of logits, as in the tests. */
const LOGITS_BOUND = 1e-4;

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
  return { isDone: status === 0, stdout, text: `${stdout ?? ""}${stderr ?? ""}${error ? `${error.message}\n` : ""}` };
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

/** What the tests wrote beside each fixture, the largest deviation of every measure, and what peft found. */
function printDeviations(fixtures, inPeft) {
  const rows = (existsSync(fixtures) ? readdirSync(fixtures) : []).flatMap((name) => {
    const path = join(fixtures, name, "deviations.json");
    if (!existsSync(path)) return [];
    return [[name, { ...JSON.parse(readFileSync(path, "utf8")), "trained, in peft": inPeft[name] }]];
  });
  if (rows.length === 0) return 0;
  const measures = [...new Set(rows.flatMap(([, deviations]) => Object.keys(deviations)))];
  const width = Math.max(...rows.map(([name]) => name.length));
  say([basename(fixtures).padEnd(width), ...measures].join("  "));
  for (const [name, deviations] of rows) {
    const cells = measures.map((measure) => (deviations[measure]?.toExponential(1) ?? "–").padStart(measure.length));
    say([name.padEnd(width), ...cells].join("  "));
  }
  return rows.length;
}

/** `problem`: the output of what failed, or null. `inPeft`: model → difference of the logits that peft finds. */
function compare(python, { maker, into: fixtures, variable, test: file }) {
  const made = run(python, [`tests/oracle/${maker}`, "--seed", "1", "--into", fixtures], {
    env: { ...quiet, PYTHONWARNINGS: "ignore" },
  });
  if (!made.isDone) return { problem: made.text, inPeft: {} };
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const test = ["run", "--project", "unit", `lib/engine/executor/${file}`];
  const tested = run(process.execPath, [vitest, ...test], { env: { [variable]: fixtures } });
  if (!tested.isDone) return { problem: tested.text, inPeft: {} };
  const loaded = run(python, ["tests/oracle/trained_adapters.py", fixtures], { env: quiet });
  if (!loaded.isDone) return { problem: loaded.text, inPeft: {} };
  const inPeft = JSON.parse(loaded.stdout.trim().split("\n").at(-1));
  const apart = Object.keys(inPeft).filter((name) => !(inPeft[name] <= LOGITS_BOUND));
  const problem = apart.length > 0 ? `peft finds other logits with the adapters of ${apart.join(", ")}\n` : null;
  return { problem, inPeft };
}

try {
  const python = findPython();
  if (python) {
    const started = performance.now();
    let count = 0;
    let isEqual = true;
    for (const part of PARTS) {
      const { problem, inPeft } = compare(python, part);
      count += printDeviations(part.into, inPeft);
      if (problem !== null) process.stderr.write(problem);
      isEqual &&= problem === null;
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    const verdict = isEqual ? "equal" : "NOT EQUAL";
    say(`${count} models and methods compared with torch, transformers and peft in ${seconds} s: ${verdict}.`);
    process.exitCode = isEqual ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
