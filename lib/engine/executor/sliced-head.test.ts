import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { headMatrix } from "../models/architecture";
import { openArchitecture } from "../models/open-architecture";
import { Rng } from "../optim/rng";
import { narrowBf16, widen } from "../safetensors/widen";
import { packDocuments } from "../testing/pack-documents";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import { WholeHead } from "./head";
import { Sessions } from "./sessions";
import { SlicedHead } from "./sliced-head";

const HIDDEN = TINY_LLAMA.hidden_size;
const VOCABULARY = TINY_LLAMA.vocab_size;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-head-"));
  await writeRandomModel(dir, TINY_LLAMA);
});
afterAll(() => rm(dir, { recursive: true }));

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - (b[i] as number))) / Math.hypot(...Array.from(b));

test.each([50, 16, 7])("slices of %i tokens give the loss, gradient and logits of the whole head", async (slice) => {
  const architecture = await openArchitecture(dir);
  const sessions = new Sessions(architecture, {
    device: "cpu",
    threads: 1,
    precision: "bf16",
    dropout: 0,
    trainedHead: [],
    keepBytes: 0,
  });
  const rng = Rng.seeded(3);
  const random = (length: number, size: number) => Float32Array.from({ length }, () => size * rng.normal());
  const half = { bits: narrowBf16(random(VOCABULARY * HIDDEN, 0.5)), dtype: "BF16" as const };
  const matrix = new Float32Array(VOCABULARY * HIDDEN);
  widen(half, matrix);
  const name = headMatrix(architecture);
  const feeds = { "model.norm.weight": random(HIDDEN, 1) };
  const whole = new WholeHead(architecture, { trainedHead: new Map() }, sessions, {
    head: async () => ({ ...feeds, [name]: matrix }),
  });
  // Of which the power of two below is taken, where it is not the whole vocabulary.
  const sliced = new SlicedHead(architecture, { name, matrix: half, feeds }, sessions, slice * HIDDEN * 4);

  const batch = packDocuments(
    [
      [
        [3, 49, 15, 9, 0, 5, 35],
        [8, 9, 7, 48, 3],
      ],
    ],
    16,
  );
  const x = random(16 * HIDDEN, 1);
  const expected = new Float32Array(x.length);
  const found = new Float32Array(x.length).fill(7);
  const loss = await whole.gradient(batch, x, 0.25, expected);
  const slicedLoss = await sliced.gradient(batch, x, 0.25, found);
  expect(slicedLoss.tokenCount).toBe(loss.tokenCount);
  expect(Math.abs(slicedLoss.lossSum / loss.lossSum - 1)).toBeLessThanOrEqual(1e-6);
  expect(distance(found, expected)).toBeLessThanOrEqual(1e-6);
  expect(await sliced.loss(batch, x)).toEqual(slicedLoss);
  const row = x.subarray(0, HIDDEN);
  expect(distance(await sliced.logits(row), await whole.logits(row))).toBeLessThanOrEqual(1e-6);
  await sessions.dispose();
});
