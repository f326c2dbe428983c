/** @file Which documents are held out. By file, and by the file's name alone, so that adding files moves no other. */
import { createHash } from "node:crypto";
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

function indexOfExtreme(values: readonly number[], isBetter: (a: number, b: number) => boolean): number {
  let best = 0;
  for (const [index, value] of values.entries()) if (isBetter(value, values[best] as number)) best = index;
  return best;
}
