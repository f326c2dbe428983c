import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { buildBlock } from "../executor/block-graphs";
import { sizeOf } from "../graph/ops";
import { graphPeak } from "../memory/graph-peak";
import { GraphSession, type TensorData } from "../runtime/session";
import { numbers } from "../testing/operator-cases";
import { TINY_LLAMA } from "../testing/random-model";
import { chunkBounds, chunkMask } from "./attention";
import { readArchitecture } from "./open-architecture";

const architecture = readArchitecture(
  { model_type: "llama", ...TINY_LLAMA, max_position_embeddings: 8192 },
  "config.json",
);
const kind = architecture.kindOf(0);
const adapted = [{ module: "self_attn.q_proj", rank: 2, scaling: 1, isDora: false }];

const blockOf = (blockLength: number, keepBytes: number) =>
  buildBlock(architecture, {
    batchSize: 1,
    blockLength,
    kind,
    adapted,
    trainedWeights: [],
    precision: "fp32",
    dropout: 0,
    keepBytes,
  });

/** What the backward pass gives, after a forward pass that keeps what it may. */
async function gradients(blockLength: number, keepBytes: number): Promise<Record<string, Float32Array>> {
  const { forward, backward } = blockOf(blockLength, keepBytes);
  const segments = Int32Array.from({ length: blockLength }, (_, i) => Math.floor(i / 200));
  const feeds: Record<string, TensorData> = {};
  for (const [name, { shape }] of new Map([...forward.inputs, ...backward.inputs]))
    feeds[name] = numbers(
      sizeOf(shape),
      Buffer.from(name).reduce((sum, byte) => 31 * sum + byte, 7),
      -0.5,
      0.5,
    );
  feeds["positions"] = BigInt64Array.from({ length: blockLength }, (_, i) => BigInt(i));
  for (const [i, chunk] of chunkBounds(blockLength, null).entries())
    feeds[`mask_${i}`] = chunkMask(segments, 1, blockLength, chunk, null);
  const options = { device: "cpu", threads: 1 } as const;
  const [there, back] = [await GraphSession.create(forward, options), await GraphSession.create(backward, options)];
  const { y, ...kept } = await there.run(feeds);
  const results = await back.run({ ...feeds, ...kept });
  await there.dispose();
  await back.dispose();
  return { y: y as Float32Array, ...results };
}

test.each([500, 700])("%i tokens: weights kept, computed again in turn, or at once: the same bits", async (length) => {
  const [everything, nothing] = [await gradients(length, Number.POSITIVE_INFINITY), await gradients(length, 0)];
  expect(Object.keys(everything)).toContain("d_self_attn.q_proj.lora_A");
  const bytes = (results: Record<string, Float32Array>) =>
    Object.entries(results).map(([name, { buffer }]) => [
      name,
      createHash("sha256").update(new Uint8Array(buffer)).digest("hex"),
    ]);
  expect(bytes(everything)).toEqual(bytes(nothing));
  expect(everything["dx"]?.some((value) => Math.abs(value) > 1e-3)).toBe(true);
});

test("memory of the backward pass grows with the length, not with its square", () => {
  const peak = (length: number, keepBytes: number) => {
    const { backward } = blockOf(length, keepBytes);
    return graphPeak(backward, Object.keys(backward.outputs));
  };
  for (const keepBytes of [0, Number.POSITIVE_INFINITY])
    expect(peak(8192, keepBytes) / peak(4096, keepBytes)).toBeLessThanOrEqual(2.1);
});
