/**
 * @file Writes lib/datasets/filters/decontamination/benchmark-hashes.json from the benchmarks' own files:
 * `npx tsx scripts/datasets/write-benchmark-hashes.ts HumanEval.jsonl mbpp.jsonl`. Only hashes are kept: of every run of
 * words of a task's prompt that no other task has.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { eachWordGram } from "@/lib/datasets/filters/decontamination/word-grams";

interface Benchmark {
  file: string | undefined;
  source: string;
  promptOf(row: Record<string, unknown>): string;
}

const [humaneval, mbpp] = process.argv.slice(2);
const BENCHMARKS: Record<string, Benchmark> = {
  humaneval: {
    file: humaneval,
    source: "openai/human-eval, data/HumanEval.jsonl.gz",
    promptOf: (row) => String(row["prompt"]),
  },
  mbpp: { file: mbpp, source: "google-research/mbpp, mbpp.jsonl", promptOf: (row) => String(row["text"]) },
};

const grams = (text: string): Set<number> => {
  const found = new Set<number>();
  eachWordGram(text, (hash) => found.add(hash));
  return found;
};

const result: Record<string, unknown> = {};
for (const [name, { file, source, promptOf }] of Object.entries(BENCHMARKS)) {
  if (file === undefined) throw new Error("Name both files: HumanEval.jsonl and mbpp.jsonl.");
  const text = await readFile(file, "utf8");
  const rows = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const row = JSON.parse(line) as Record<string, unknown>;
    rows.set(String(row["task_id"]), promptOf(row));
  }
  const tasks = [...rows.values()].map(grams);
  const owners = new Map<number, number>();
  for (const task of tasks) for (const hash of task) owners.set(hash, (owners.get(hash) ?? 0) + 1);
  const words: number[] = [];
  let empty = 0;
  for (const task of tasks) {
    const own = [...task].filter((hash) => owners.get(hash) === 1);
    if (own.length === 0) empty++;
    words.push(own.length, ...own);
  }
  const bytes = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, i * 4);
  const sha256 = createHash("sha256").update(text).digest("hex");
  result[name] = { source, sha256, tasks: tasks.length, tasksWithoutGrams: empty, grams: bytes.toString("base64") };
  console.log(name, tasks.length, "tasks,", empty, "too short to be found,", words.length - tasks.length, "hashes");
}
const out = fileURLToPath(new URL("../../lib/datasets/filters/decontamination/benchmark-hashes.json", import.meta.url));
await writeFile(out, `${JSON.stringify(result, null, 2)}\n`);
