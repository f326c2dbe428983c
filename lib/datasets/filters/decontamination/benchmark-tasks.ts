/** @file Which tasks of a benchmark a text holds. Of the benchmarks only hashes of word runs are shipped. */
import type { BENCHMARKS } from "@/lib/contracts/jobs/build-settings";
import hashes from "./benchmark-hashes.json" with { type: "json" };
import { eachWordGram } from "./word-grams";

export type Benchmark = (typeof BENCHMARKS)[number];

/** Runs of one task that a text must share: few enough for edited copies, enough that a common phrase is none. */
const MIN_SHARED = 3;
const MIN_SHARE = 0.3;
/** So many (fifteen words on end) are enough of any task, however long. */
const ENOUGH = 6;

interface TaskIndex {
  /** Hash → numbers of the tasks that have it. Each hash belongs to one task only. */
  taskOf: Map<number, number>;
  needed: Uint16Array;
}

const indexes = new Map<Benchmark, TaskIndex>();

function indexOf(benchmark: Benchmark): TaskIndex {
  const known = indexes.get(benchmark);
  if (known !== undefined) return known;
  const bytes = Buffer.from(hashes[benchmark].grams, "base64");
  const values = Uint32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(i * 4));
  const taskOf = new Map<number, number>();
  const needed: number[] = [];
  for (let at = 0; at < values.length; ) {
    const count = values[at++] as number;
    for (let i = 0; i < count; i++) taskOf.set(values[at++] as number, needed.length);
    needed.push(Math.min(count, Math.max(MIN_SHARED, Math.min(ENOUGH, Math.ceil(count * MIN_SHARE)))));
  }
  const index = { taskOf, needed: Uint16Array.from(needed) };
  indexes.set(benchmark, index);
  return index;
}

/** Numbers of the tasks, from 0 in the benchmark's own order, whose prompts are in the text. */
export function findBenchmarkTasks(text: string, benchmark: Benchmark): number[] {
  const { taskOf, needed } = indexOf(benchmark);
  const shared = new Map<number, Set<number>>();
  eachWordGram(text, (hash) => {
    const task = taskOf.get(hash);
    if (task === undefined) return;
    const seen = shared.get(task) ?? new Set();
    shared.set(task, seen.add(hash));
  });
  return [...shared].filter(([task, seen]) => seen.size >= (needed[task] as number)).map(([task]) => task);
}
