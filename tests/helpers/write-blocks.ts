/** @file A small prepared-blocks folder whose text can be learned: each token is mostly followed by the next number. */

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_OBJECTIVE } from "@/lib/contracts/objective-settings";
import type { BlocksManifest } from "@/lib/contracts/prepared-blocks";
import { Rng } from "@/lib/engine/optim/rng";

export interface BlocksOptions {
  trainBlocks: number;
  evalBlocks: number;
  blockLength: number;
  vocabularySize: number;
  tokenizerHash?: string;
}

/** Fills `dir` and returns its manifest. The last eighth of each block is padding. */
export async function writeBlocks(dir: string, options: BlocksOptions): Promise<BlocksManifest> {
  const { blockLength, vocabularySize } = options;
  await mkdir(dir, { recursive: true });
  const writeSplit = async (split: "train" | "eval", blocks: number) => {
    const rng = Rng.seeded(split === "train" ? 5 : 6);
    const size = blocks * blockLength;
    const files = {
      tokens: new Int32Array(size),
      labels: new Int32Array(size).fill(-100),
      positions: new Int32Array(size),
      segments: new Int32Array(size).fill(-1),
    };
    const used = blockLength - Math.floor(blockLength / 8);
    let trainableTokens = 0;
    for (let block = 0; block < blocks; block++) {
      let token = rng.below(vocabularySize);
      for (let i = 0; i < used; i++) {
        const at = block * blockLength + i;
        // Two documents of different length per block.
        const isSecond = i >= 5 + (block % 3);
        files.tokens[at] = token;
        files.segments[at] = isSecond ? 1 : 0;
        files.positions[at] = isSecond ? i - 5 - (block % 3) : i;
        if (files.positions[at] !== 0) {
          files.labels[at] = token;
          trainableTokens++;
        }
        token = rng.uniform() < 0.8 ? (token + 1) % vocabularySize : rng.below(vocabularySize);
      }
    }
    const sha256 = {} as BlocksManifest["splits"]["train"]["sha256"];
    for (const kind of ["tokens", "labels", "positions", "segments"] as const) {
      const bytes = Buffer.from(files[kind].buffer);
      await writeFile(join(dir, `${split}.${kind}.bin`), bytes);
      sha256[kind] = createHash("sha256").update(bytes).digest("hex");
    }
    return { blocks, documents: 2 * blocks, tokens: blocks * used, trainableTokens, bytes: size, sha256 };
  };
  const manifest: BlocksManifest = {
    version: 1,
    blockLength,
    vocabularySize,
    padTokenId: 0,
    datasetId: "ds_test",
    datasetHash: "0",
    tokenizerHash: options.tokenizerHash ?? "0",
    seed: 42,
    objective: DEFAULT_OBJECTIVE,
    counts: {},
    evalSplit: 0.1,
    splits: {
      train: await writeSplit("train", options.trainBlocks),
      eval: await writeSplit("eval", options.evalBlocks),
    },
  };
  await writeFile(join(dir, "manifest.json"), JSON.stringify(manifest));
  return manifest;
}
