/** @file What an objective makes of a document: token ids, and what each run of them is. */
import type { SamplePart } from "@/lib/contracts/dataset";

export interface SampleRun {
  part: SamplePart;
  /** Tokens. */
  length: number;
  hasLoss: boolean;
}

export interface TrainingSample {
  ids: number[];
  /** Lengths add up to `ids.length`. */
  runs: SampleRun[];
}

/** Appends tokens; runs of no tokens are left out, and one that is like the last is joined to it. */
export function addRun(sample: TrainingSample, part: SamplePart, hasLoss: boolean, ids: readonly number[]): void {
  if (ids.length === 0) return;
  for (let i = 0; i < ids.length; i++) sample.ids.push(ids[i] as number);
  const last = sample.runs.at(-1);
  if (last?.part === part && last.hasLoss === hasLoss) last.length += ids.length;
  else sample.runs.push({ part, length: ids.length, hasLoss });
}

/** The runs of tokens `start` … `start + length - 1`. */
export function sliceRuns(runs: readonly SampleRun[], start: number, length: number): SampleRun[] {
  const sliced: SampleRun[] = [];
  let at = 0;
  for (const run of runs) {
    const from = Math.max(at, start);
    const to = Math.min(at + run.length, start + length);
    if (to > from) sliced.push({ ...run, length: to - from });
    at += run.length;
  }
  return sliced;
}
