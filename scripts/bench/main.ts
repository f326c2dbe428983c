/** @file `npm run bench`, once everything is installed and built: measures what was asked for, one cell after the other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { ensureReady } from "../setup/ensure-ready.mjs";
import { root } from "../setup/root.mjs";
import { exitWith, SetupError } from "../setup/setup-error.mjs";
import { type BenchFile, mergeResults, type Result, readBenchFile, writeBenchFile } from "./bench-file";
import { bundle } from "./bundle";
import { type Choice, chooseCells, USAGE } from "./choose-cells";
import { describeMachine } from "./describe-machine";
import { drawBars } from "./draw-bars";
import type { EngineCell } from "./engine-cells";
import { findPython, type Python } from "./find-python";
import { measureGroup } from "./measure-group";
import { isPlanned } from "./peft-settings";
import type { ProgramCell } from "./program-cells";
import { runProgram } from "./run-program";
import { toMarkdown } from "./to-markdown";
import { writeDocs } from "./write-docs";

const say = (sentence: string) => process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${sentence}\n`);

/** Gigabytes of random weights: gone afterwards, also when the person or the machine ends it before. */
const folders = new Set<string>();
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "codetune-bench-"));
  folders.add(folder);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
}

async function measureProgram({ name, measure }: ProgramCell, python: Python | null): Promise<Result> {
  say(name);
  const measuredAt = new Date().toISOString();
  const outcome = await inFolder((folder) => measure(folder, python)).then(
    (figures) => ({ figures }),
    (error: Error) => ({ failed: error.message }),
  );
  return { kind: "program", name, measuredAt, outcome };
}

/** Shapes in order, and their lengths: a checkpoint is written once, and gone before the next one comes. */
function groupBy<K extends keyof EngineCell>(cells: readonly EngineCell[], key: K): [EngineCell[K], EngineCell[]][] {
  const values = [...new Set(cells.map((cell) => cell[key]))];
  return values.map((value) => [value, cells.filter((cell) => cell[key] === value)]);
}

async function bench(choice: Choice): Promise<void> {
  const files = join(root, "data", choice.isQuick ? "bench-quick" : "bench");
  const before = await readBenchFile(`${files}.json`);
  if (choice.isDocs) {
    if (before === null) throw new SetupError("data/bench.json has nothing yet; run npm run bench first.");
    return writeDocs(root, before);
  }
  const python = choice.settings.length > 0 ? findPython() : null;
  if (choice.settings.length > 0 && python === null)
    say("PEFT is left out: neither $CODETUNE_PYTHON nor python3 has torch, transformers and peft.");
  const [load = 0] = loadavg();
  if (load > availableParallelism() / 2)
    say(`This machine is busy (load ${load.toFixed(1)}): figures will be lower than it can do.`);
  const machine = describeMachine(python?.versions);
  const measured: Result[] = [];
  /** After every group, so that what was measured stays whatever comes. */
  async function record(results: readonly Result[]): Promise<void> {
    measured.push(...results);
    const file: BenchFile = mergeResults(before, { version: 1, ...machine, results: measured });
    await writeBenchFile(`${files}.json`, file);
    writeFileSync(`${files}.md`, toMarkdown(file));
    const picture = drawBars(file);
    if (picture) writeFileSync(`${files}.svg`, picture);
  }

  mkdirSync(join(root, "data"), { recursive: true });
  await bundle();
  // Cells of the product measure what is built.
  if (choice.programs.length > 0) await ensureReady();
  for (const cell of choice.programs) await record([await measureProgram(cell, python)]);
  for (const [shape, ofShape] of groupBy(choice.engine, "shape")) {
    await inFolder(async (folder) => {
      await runProgram("write-shape", shape, folder);
      for (const [blockLength, cells] of groupBy(ofShape, "blockLength")) {
        const settings = python ? choice.settings.filter((setting) => isPlanned(setting, shape)) : [];
        const common = { root, folder, say, threads: availableParallelism(), python: python?.command ?? "" };
        await record(await measureGroup({ ...common, shape, blockLength, cells, settings, rounds: choice.rounds }));
      }
    });
  }
  process.stdout.write(`${toMarkdown({ version: 1, ...machine, results: measured })}\n`);
  if (choice.isQuick) say("These figures show that everything runs, and nothing else.");
  say(`written to ${files}.json, ${files}.md and ${files}.svg`);
}

function readChoice(): Choice {
  try {
    return chooseCells(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

await bench(readChoice()).catch(exitWith);
