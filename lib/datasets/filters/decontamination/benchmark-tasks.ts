/** @file Which tasks of a benchmark a text holds. Of the benchmarks only hashes of word runs are shipped. */
import type { BENCHMARKS } from "@/lib/contracts/jobs/build-settings";
import hashes from "./benchmark-hashes.json" with { type: "json" };
import { eachWordGram } from "./word-grams";

type Benchmark = (typeof BENCHMARKS)[number];

/** Runs of one task that a text must share: few enough for edited copies, enough that a common phrase is none. */
const MIN_SHARED = 3;
const MIN_SHARE = 0.3;
/** So many (fifteen words on end) are enough of any task, however long. */
const ENOUGH = 6;

interface TaskIndex {
  /** Hash → numbers in `tasks`. Each hash belongs to one task of a benchmark, and hardly any to one of each. */
  taskOf: Map<number, number>;
  tasks: { name: string; needed: number }[];
}

let index: TaskIndex | null = null;

function openIndex(): TaskIndex {
  const taskOf = new Map<number, number>();
  const tasks: TaskIndex["tasks"] = [];
  for (const benchmark of Object.keys(hashes) as Benchmark[]) {
    const bytes = Buffer.from(hashes[benchmark].grams, "base64");
    for (let at = 0, number = 0; at < bytes.length; number++) {
      const count = bytes.readUInt32LE(at);
      at += 4;
      for (let i = 0; i < count; i++, at += 4) taskOf.set(bytes.readUInt32LE(at), tasks.length);
      const needed = Math.max(MIN_SHARED, Math.min(ENOUGH, Math.ceil(count * MIN_SHARE)));
      tasks.push({ name: `${benchmark}/${number}`, needed: Math.min(count, needed) });
    }
  }
  return { taskOf, tasks };
}

/** Tasks whose prompts are in the text, as `humaneval/12`: numbers from 0, in the benchmark's own order. */
export function findBenchmarkTasks(text: string): string[] {
  index ??= openIndex();
  const { taskOf, tasks } = index;
  const shared = new Map<number, Set<number>>();
  eachWordGram(text, (hash) => {
    const task = taskOf.get(hash);
    if (task === undefined) return;
    const seen = shared.get(task) ?? new Set();
    shared.set(task, seen.add(hash));
  });
  return [...shared].flatMap(([task, seen]) => {
    const { name, needed } = tasks[task] as TaskIndex["tasks"][number];
    return seen.size >= needed ? [name] : [];
  });
}
