/**
 * @file `tsx scripts/bench/measure-memory.ts [part of a cell's name …]`: for every cell of memory-cells.ts the memory that
 * a run is said to need, and the peak that the trainer itself reports, each in a process of its own: two steps, and the
 * held-out loss before and after them. Prints a table in Markdown, and writes data/memory.json.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import { MEMORY_PARTS, type MemoryEstimate } from "@/lib/contracts/memory-estimate";
import { RunConfig } from "@/lib/contracts/run-config";
import { Frame, PROTOCOL_VERSION } from "@/lib/contracts/trainer-protocol";
import { estimateMemory } from "@/lib/engine/memory/estimate-memory";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { openCheckpoint } from "@/lib/engine/safetensors/open-checkpoint";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { writeBlocks } from "@/tests/helpers/write-blocks";
import { root } from "../setup/root.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";
import { MEMORY_CELLS, type MemoryCell } from "./memory-cells";

const STEPS = 2;
const folder = join(root, "data", "memory");
const trainer = join(folder, "onnx-trainer.mjs");

const nameOf = ({ shape, tokens, settings }: MemoryCell): string =>
  [`${shape}, ${tokens} tokens`, ...Object.entries(settings).map(([key, value]) => `${key} ${value}`)].join(", ");

/** Bundled, as people run it: a loader that compiles at run time would take memory of its own. */
async function bundleTrainer(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["workers/onnx-trainer/main.ts"],
    outfile: trainer,
    bundle: true,
    format: "esm",
    packages: "external",
    platform: "node",
    target: "node20.9",
  });
}

/** Written once for all cells of a shape. */
async function modelOf(shape: MemoryCell["shape"]): Promise<string> {
  if (shape === "tiny-code") return join(root, "models", "tiny-code");
  const path = join(folder, shape);
  const program = join(root, "scripts", "bench", "write-shape.ts");
  const { code, output } = await runCommand(process.execPath, ["--import", "tsx", program, shape, path]);
  if (code !== 0) throw new Error(lastLines(output));
  return path;
}

async function peakOf(modelDir: string, vocabularySize: number, config: RunConfig): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "codetune-memory-"));
  try {
    const blocks = { trainBlocks: STEPS * config.batch_size, evalBlocks: config.batch_size };
    // Random models have no tokenizer, which only samples need.
    const tokenizerHash = await loadTokenizer(modelDir).then(
      ({ hash }) => hash,
      () => "none",
    );
    const blockLength = config.max_seq_length;
    await writeBlocks(join(dir, "blocks"), { ...blocks, blockLength, vocabularySize, tokenizerHash });
    const runDir = join(dir, "run");
    await mkdir(runDir);
    const spec = { protocol: PROTOCOL_VERSION, runId: "run_memory", runDir, modelDir, config, resume: false };
    const specPath = join(dir, "spec.json");
    await writeFile(specPath, JSON.stringify({ ...spec, blocksDir: join(dir, "blocks"), samplePrompts: [] }));
    const child = spawn(process.execPath, [trainer, specPath], { stdio: ["pipe", "ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    let peak = 0;
    let isDone = false;
    for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
      const frame = Frame.parse(JSON.parse(line));
      if (frame.kind === "metric") peak = Math.max(peak, frame.peakBytes);
      if (frame.kind === "error") throw new Error(frame.message);
      isDone ||= frame.kind === "done";
    }
    if (!isDone) throw new Error(lastLines(errors));
    return peak;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Row {
  name: string;
  estimate: MemoryEstimate;
  peakBytes: number;
  ratio: number;
}

async function measure(cell: MemoryCell, modelDir: string): Promise<Row> {
  const config = RunConfig.parse({
    model_type: cell.shape,
    dataset_name: "random tokens",
    max_seq_length: cell.tokens,
    rank: 8,
    alpha: 16,
    epochs: 1,
    warmup_steps: 0,
    eval_interval: 0,
    checkpoint_interval: 0,
    device: "cpu",
    ...cell.settings,
  });
  const architecture = await openArchitecture(modelDir);
  const checkpoint = await openCheckpoint(modelDir);
  const isF32 = [...checkpoint.tensors.values()].some(({ dtype }) => dtype === "F32");
  await checkpoint.close();
  const estimate = estimateMemory({ architecture, config, fileBytesPerWeight: isF32 ? 4 : 2 });
  const peakBytes = await peakOf(modelDir, architecture.shape.vocabularySize, config);
  return { name: nameOf(cell), estimate, peakBytes, ratio: estimate.totalBytes / peakBytes };
}

const megabytes = (bytes: number) => String(Math.round(bytes / 1e6));
const asked = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await bundleTrainer();
const columns = ["run", ...MEMORY_PARTS, "estimated, MB", "measured, MB", "ratio"];
process.stdout.write(`| ${columns.join(" | ")} |\n|${columns.map(() => "---|").join("")}\n`);
const models = new Map<string, string>();
const rows: Row[] = [];
for (const cell of MEMORY_CELLS) {
  if (asked.length > 0 && !asked.some((part) => nameOf(cell).includes(part))) continue;
  const modelDir = models.get(cell.shape) ?? (await modelOf(cell.shape));
  models.set(cell.shape, modelDir);
  const row = await measure(cell, modelDir);
  rows.push(row);
  const parts = MEMORY_PARTS.map((part) => megabytes(row.estimate.parts[part]));
  const figures = [...parts, megabytes(row.estimate.totalBytes), megabytes(row.peakBytes), row.ratio.toFixed(3)];
  process.stdout.write(`| ${[row.name, ...figures].join(" | ")} |\n`);
  await writeFile(join(root, "data", "memory.json"), `${JSON.stringify(rows, null, 2)}\n`);
}
