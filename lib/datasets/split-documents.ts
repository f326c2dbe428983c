/** @file Which documents are held out. By file, and by the file's name alone, so that adding files moves no other. */
import { createHash } from "node:crypto";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { SplitName } from "@/lib/contracts/prepared-blocks";

/** A number in [0, 1) from seed and name. */
export function splitPoint(seed: number, name: string): number {
  return createHash("sha256").update(`${seed}\n${name}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * The split of each document, in order. A document is held out when its point lies below `evalSplit`; when that leaves
 * one side of two or more documents without any, the nearest one goes over. A single document is trained on.
 */
export function splitDocuments(names: readonly string[], evalSplit: number, seed: number): SplitName[] {
  const points = names.map((name) => splitPoint(seed, name));
  const splits = points.map((point): SplitName => (point < evalSplit ? "eval" : "train"));
  if (names.length > 1 && evalSplit > 0) {
    if (!splits.includes("eval")) splits[indexOfExtreme(points, (a, b) => a < b)] = "eval";
    else if (!splits.includes("train")) splits[indexOfExtreme(points, (a, b) => a > b)] = "train";
  } else if (names.length === 1) {
    splits[0] = "train";
  }
  return splits;
}

/**
 * The split of a dataset's documents, in order. What its build has held out stays held out, unless nothing is to be;
 * otherwise the documents are dealt.
 */
export async function readSplits(
  documents: AsyncIterable<Pick<DatasetDocument, "name" | "split">>,
  evalSplit: number,
  seed: number,
): Promise<{ names: string[]; splits: SplitName[] }> {
  const names: string[] = [];
  const fixed: SplitName[] = [];
  for await (const { name, split } of documents) {
    names.push(name);
    if (split !== undefined) fixed.push(split);
  }
  if (fixed.length < names.length || names.length === 0)
    return { names, splits: splitDocuments(names, evalSplit, seed) };
  return { names, splits: evalSplit === 0 ? fixed.map(() => "train") : fixed };
}

function indexOfExtreme(values: readonly number[], isBetter: (a: number, b: number) => boolean): number {
  let best = 0;
  for (const [index, value] of values.entries()) if (isBetter(value, values[best] as number)) best = index;
  return best;
}
