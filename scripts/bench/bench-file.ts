/** @file data/bench.json: what was measured last of every cell, on which machine. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const StepFigures = z.object({
  tokensPerSecond: z.number(),
  usefulFlopsOverSgemm: z.number(),
  sgemmFlops: z.number(),
  peakBytes: z.number(),
  secondsToFirstStep: z.number(),
  firstLoss: z.number(),
  baseParameters: z.number(),
  trainableParameters: z.number(),
  rounds: z.number(),
  longestWaitingCpuSeconds: z.number(),
});

const PairFigures = z.object({
  speedRatio: z.number(),
  lowestSpeedRatio: z.number(),
  highestSpeedRatio: z.number(),
  memoryRatio: z.number(),
  rounds: z.number(),
});

const cell = { name: z.string(), measuredAt: z.string() };
const step = { shape: z.string(), blockLength: z.number() };
/** Figures, or the sentence why there are none. */
const orFailed = <T extends z.ZodType>(figures: T) =>
  z.union([z.object({ figures }), z.object({ failed: z.string() })]);

export const Result = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("ours"),
    ...cell,
    ...step,
    precision: z.string(),
    method: z.string(),
    memory: z.string(),
    outcome: orFailed(StepFigures),
  }),
  z.object({
    kind: z.literal("peft"),
    ...cell,
    ...step,
    dtype: z.string(),
    isCheckpointing: z.boolean(),
    outcome: orFailed(StepFigures),
  }),
  z.object({
    kind: z.literal("pair"),
    ...cell,
    ...step,
    /** Names of the results that were measured in turns. */
    ours: z.string(),
    theirs: z.string(),
    outcome: orFailed(PairFigures),
  }),
  z.object({
    kind: z.literal("program"),
    ...cell,
    outcome: orFailed(z.record(z.string(), z.union([z.number(), z.string()]))),
  }),
]);
export type Result = z.infer<typeof Result>;
export type ResultOf<K extends Result["kind"]> = Extract<Result, { kind: K }>;

export const BenchFile = z.object({
  version: z.literal(1),
  machine: z.object({ cpu: z.string(), threads: z.number(), memoryBytes: z.number() }),
  versions: z.record(z.string(), z.string()),
  results: z.array(Result),
});
export type BenchFile = z.infer<typeof BenchFile>;

/** Null where there is none, or one that an earlier version wrote. */
export async function readBenchFile(path: string): Promise<BenchFile | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return BenchFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * New results take the place of those with the same name, so that one cell can be measured again by itself. Another
 * machine or another version of what is measured begins anew: such figures do not belong into one table.
 */
export function mergeResults(before: BenchFile | null, now: BenchFile): BenchFile {
  if (before === null) return now;
  const isSameMachine = JSON.stringify(before.machine) === JSON.stringify(now.machine);
  const { versions } = before;
  const isChanged = Object.entries(now.versions).some(([name, version]) => (versions[name] ?? version) !== version);
  if (!isSameMachine || isChanged) return now;
  const results = new Map([...before.results, ...now.results].map((result) => [result.name, result]));
  return { ...now, versions: { ...versions, ...now.versions }, results: [...results.values()] };
}

export async function writeBenchFile(path: string, file: BenchFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, `${JSON.stringify(file, null, 2)}\n`);
  await rename(`${path}.part`, path);
}
