/** @file Recall and precision on files whose true similarity is known: every pair is compared exactly too. */
import { expect, test } from "vitest";
import { createRandom } from "../../create-random";
import { MIN_SHINGLES, minhashSignature } from "./minhash";
import { NearDuplicateIndex } from "./near-duplicate-index";

const THRESHOLD = 0.85;
const random = createRandom("near duplicates");
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const WORDS = Array.from({ length: 2000 }, (_, i) => `name${i.toString(36)}`);
const statement = () =>
  pick([
    () => `const ${pick(WORDS)} = ${pick(WORDS)}(${pick(WORDS)}, ${Math.floor(random() * 100)});`,
    () => `if (${pick(WORDS)} > ${pick(WORDS)}) return ${pick(WORDS)}.${pick(WORDS)};`,
    () => `for (const ${pick(WORDS)} of ${pick(WORDS)}) ${pick(WORDS)}.push(${pick(WORDS)});`,
  ])();
const file = (lines: number) => Array.from({ length: lines }, statement);

/** An edit of `share` of the lines, a licence header, or another layout. */
function edited(lines: readonly string[], share: number): string {
  const copy = lines.map((line) => (random() < share ? statement() : line));
  if (random() < 0.3) copy.unshift("// Copyright (c) 2026 Somebody Else", "// All rights reserved.");
  return copy.join(random() < 0.5 ? "\n" : "\n  ");
}

/** Exact Jaccard similarity of the same shingles, by strings. */
function jaccard(a: string, b: string): number {
  const shingles = (text: string) => {
    const tokens = text.match(/[A-Za-z0-9_\u0080-\uffff]+|[^\sA-Za-z0-9_]/g) ?? [];
    return new Set(tokens.slice(4).map((_, i) => tokens.slice(i, i + 5).join("\u0000")));
  };
  const [x, y] = [shingles(a), shingles(b)];
  const both = [...x].filter((shingle) => y.has(shingle)).length;
  return both / (x.size + y.size - both);
}

test("files of known similarity are told apart: recall and precision of at least 0.95", () => {
  const originals = Array.from({ length: 150 }, () => file(20 + Math.floor(random() * 180)));
  const pairs = originals.flatMap((lines) =>
    [0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3].map((share) => ({
      original: lines.join("\n"),
      copy: edited(lines, share),
    })),
  );
  const index = new NearDuplicateIndex();
  for (const [i, lines] of originals.entries()) {
    const signature = minhashSignature(lines.join("\n"));
    if (signature !== null) index.add(i, signature);
  }
  const tally = { found: 0, right: 0, similar: 0 };
  for (const [i, { original, copy }] of pairs.entries()) {
    const signature = minhashSignature(copy);
    const hit = signature === null ? null : index.find(signature, THRESHOLD);
    const isSimilar = jaccard(original, copy) >= THRESHOLD;
    if (isSimilar) tally.similar++;
    if (hit === null) continue;
    tally.found++;
    if (isSimilar && hit.of === Math.floor(i / 8)) tally.right++;
  }
  expect(tally.similar).toBeGreaterThan(300);
  expect(pairs.length - tally.similar).toBeGreaterThan(300);
  expect(tally.right / tally.similar).toBeGreaterThanOrEqual(0.95);
  expect(tally.right / tally.found).toBeGreaterThanOrEqual(0.95);
});

test("estimates are the true similarity but for a few hundredths, also for short files", () => {
  const index = new NearDuplicateIndex();
  const short = file(6).join("\n");
  const copy = `${short}\n${statement()}`;
  const signature = minhashSignature(short);
  if (signature === null) throw new Error("it has enough shingles");
  index.add(7, signature);
  const found = index.find(minhashSignature(copy) as NonNullable<typeof signature>, 0.3);
  expect(found?.of).toBe(7);
  expect(Math.abs((found?.similarity ?? 0) - jaccard(short, copy))).toBeLessThan(0.12);
  expect(minhashSignature("a b c d")).toBeNull();
  expect(minhashSignature("x ".repeat(MIN_SHINGLES + 3))).toBeNull();
});
