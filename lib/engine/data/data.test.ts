import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countSteps } from "@/lib/contracts/count-steps";
import { AppError } from "@/lib/errors";
import { writeBlocks } from "@/tests/helpers/write-blocks";
import { blockSeeds } from "./block-seeds";
import { countLossTokens } from "./count-loss-tokens";
import { epochOrder, stepMicroBatches } from "./epoch-order";
import { openBlocks } from "./open-blocks";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "blocks-"));
  await writeBlocks(dir, { trainBlocks: 5, evalBlocks: 2, blockLength: 16, vocabularySize: 9 });
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

test("a batch holds the blocks asked for, and ignored rows after them", async () => {
  const { getBatch } = await openBlocks(dir);
  const batch = getBatch("train", [3, 1], 4);
  const raw = await readFile(join(dir, "train.tokens.bin"));
  const tokens = new Int32Array(raw.buffer, raw.byteOffset, raw.byteLength / 4);
  expect(batch.tokens.subarray(0, 16)).toEqual(tokens.slice(48, 64));
  expect(batch.tokens.subarray(16, 32)).toEqual(tokens.slice(16, 32));
  expect(batch.labels.subarray(32).every((label) => label === -100)).toBe(true);
  expect(batch.segments.subarray(32).every((segment) => segment === -1)).toBe(true);
  expect(batch.tokens.length).toBe(64);
});

test("loss tokens are counted as the manifest counts them, and padding rows add none", async () => {
  const { manifest, getBatch } = await openBlocks(dir);
  const all = Array.from({ length: 5 }, (_, i) => i);
  expect(countLossTokens(getBatch("train", all, 5))).toBe(manifest.splits.train.trainableTokens);
  expect(countLossTokens(getBatch("train", all, 9))).toBe(manifest.splits.train.trainableTokens);
  expect(countLossTokens({ blockLength: 2, labels: Int32Array.of(5, 6, 7, -100) })).toBe(1);
});

test("every epoch sees every block once, in an order that depends on seed and epoch only", () => {
  for (const blocks of [1, 2, 7, 16]) {
    for (const batchSize of [1, 3, 16]) {
      for (const accumulationSteps of [1, 2, 5]) {
        const { stepsPerEpoch } = countSteps(blocks, {
          batch_size: batchSize,
          gradient_accumulation_steps: accumulationSteps,
          epochs: 2,
          max_steps: 0,
        });
        for (const epoch of [0, 1]) {
          const seen: number[] = [];
          for (let i = 0; i < stepsPerEpoch; i++) {
            const order = epochOrder(blocks, 42, epoch);
            const microBatches = stepMicroBatches(epoch * stepsPerEpoch + i, order, {
              stepsPerEpoch,
              batchSize,
              accumulationSteps,
            });
            expect(microBatches.length).toBeGreaterThan(0);
            expect(microBatches.length).toBeLessThanOrEqual(accumulationSteps);
            expect(microBatches.every(({ length }) => length > 0 && length <= batchSize)).toBe(true);
            seen.push(...microBatches.flat());
          }
          expect(seen).toEqual([...epochOrder(blocks, 42, epoch)]);
          expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: blocks }, (_, i) => i));
        }
      }
    }
  }
  expect(epochOrder(50, 42, 0)).not.toEqual(epochOrder(50, 42, 1));
  expect(epochOrder(50, 42, 0)).not.toEqual(epochOrder(50, 43, 0));
});

test("steps are counted with short last batches, and capped", () => {
  const settings = { batch_size: 4, gradient_accumulation_steps: 2, epochs: 3, max_steps: 0 };
  expect(countSteps(17, settings)).toEqual({ stepsPerEpoch: 3, totalSteps: 9 });
  expect(countSteps(17, { ...settings, max_steps: 5 }).totalSteps).toBe(5);
  expect(countSteps(17, { ...settings, max_steps: 50 }).totalSteps).toBe(9);
  expect(countSteps(0, settings).totalSteps).toBe(0);
});

const setInt = (file: string, index: number, value: number) => async () => {
  const bytes = await readFile(join(dir, file));
  bytes.writeInt32LE(value, index * 4);
  await writeFile(join(dir, file), bytes);
  // With a manifest that agrees: these values must be caught for what they are, not only by their hash.
  const { createHash } = await import("node:crypto");
  const manifest = JSON.parse(await readFile(join(dir, "manifest.json"), "utf8"));
  manifest.splits.train.sha256[file.split(".")[1] as string] = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(dir, "manifest.json"), JSON.stringify(manifest));
};
const changeManifest = (change: (manifest: Record<string, unknown>) => void) => async () => {
  const manifest = JSON.parse(await readFile(join(dir, "manifest.json"), "utf8"));
  change(manifest);
  await writeFile(join(dir, "manifest.json"), JSON.stringify(manifest));
};

test.each<[string, () => Promise<void>, RegExp]>([
  ["no manifest", () => rm(join(dir, "manifest.json")), /manifest.json cannot be opened/],
  ["a manifest that is no JSON", () => writeFile(join(dir, "manifest.json"), "{"), /manifest.json is not valid JSON/],
  ["a manifest of another version", changeManifest((m) => (m["version"] = 2)), /manifest.json: version/],
  ["an unknown property", changeManifest((m) => (m["extra"] = 2)), /manifest.json/],
  ["a huge block count", changeManifest((m) => (m["blockLength"] = 2 ** 40)), /bytes, but its manifest says/],
  ["a missing file", () => rm(join(dir, "eval.labels.bin")), /eval.labels.bin cannot be opened/],
  ["a short file", () => truncate(join(dir, "train.segments.bin"), 7), /train.segments.bin has 7 bytes/],
  [
    "a long file",
    () => writeFile(join(dir, "train.tokens.bin"), new Uint8Array(999)),
    /train.tokens.bin has 999 bytes/,
  ],
  [
    "other bytes",
    () => writeFile(join(dir, "train.tokens.bin"), new Uint8Array(320)),
    /train.tokens.bin .*sha256 differs/,
  ],
  ["a token outside the vocabulary", setInt("train.tokens.bin", 17, 9), /train.tokens.bin: block 1, token 1 is 9/],
  ["a negative token", setInt("train.tokens.bin", 0, -1), /block 0, token 0 is -1/],
  ["a label outside the vocabulary", setInt("train.labels.bin", 3, 4096), /train.labels.bin: block 0, token 3 is 4096/],
  ["a position beyond the block", setInt("train.positions.bin", 3, 16), /train.positions.bin/],
  ["a segment below -1", setInt("train.segments.bin", 3, -2), /train.segments.bin/],
])("%s is refused in one sentence that names the file", async (_, damage, sentence) => {
  await damage();
  await expect(openBlocks(dir)).rejects.toThrow(sentence);
  await expect(openBlocks(dir)).rejects.toBeInstanceOf(AppError);
});

test("a block's seed depends on run seed and epoch only, not on the micro-batch it comes in", () => {
  const seedOf = (seed: number, epoch: number, block: number) => blockSeeds(seed, epoch, [block], 1)[0];
  expect([...blockSeeds(42, 1, [3, 0, 9], 4)]).toEqual([seedOf(42, 1, 3), seedOf(42, 1, 0), seedOf(42, 1, 9), 0]);
  const seen = new Set<number | undefined>();
  for (const seed of [0, 1, 42])
    for (let epoch = 0; epoch < 4; epoch++)
      for (let block = 0; block < 16; block++) seen.add(seedOf(seed, epoch, block));
  expect(seen.size).toBe(3 * 4 * 16);
});
