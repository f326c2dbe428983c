/** @file A whole fine-tuning run by this engine against the same run by torch (tests/oracle/llama_train.py). */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import type { Frame } from "@/lib/contracts/trainer-protocol";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import expected from "@/tests/fixtures/llama-train/expected.json";
import { openBlocks } from "../data/open-blocks";
import { Rng } from "../optim/rng";
import { train } from "./train";

const MODEL = resolve(import.meta.dirname, "../../../tests/fixtures/architectures/llama");

/** The fixture's blocks, for training and as held-out blocks. */
async function writeExpectedBlocks(dir: string): Promise<void> {
  const sha256: Record<string, string> = {};
  for (const kind of ["tokens", "labels", "positions", "segments"] as const) {
    const bytes = Buffer.from(Int32Array.from(expected[kind]).buffer);
    sha256[kind] = createHash("sha256").update(bytes).digest("hex");
    for (const split of ["train", "eval"]) await writeFile(join(dir, `${split}.${kind}.bin`), bytes);
  }
  const blocks = expected.tokens.length / expected.blockLength;
  const split = { blocks, documents: 1, tokens: 1, trainableTokens: expected.trainableTokens, bytes: 1, sha256 };
  const manifest = {
    version: 1,
    blockLength: expected.blockLength,
    vocabularySize: 64,
    padTokenId: 0,
    datasetId: "",
    datasetHash: "",
    tokenizerHash: "",
    seed: 0,
    evalSplit: 0.5,
    splits: { train: split, eval: split },
  };
  await writeFile(join(dir, "manifest.json"), JSON.stringify(manifest));
}

test.each([
  { batch_size: 5, gradient_accumulation_steps: 1 },
  { batch_size: 2, gradient_accumulation_steps: 3 },
])(
  "losses, gradient norms and rates are torch's at every step ($batch_size × $gradient_accumulation_steps)",
  async (batch) => {
    const dir = await mkdtemp(join(tmpdir(), "parity-"));
    try {
      await writeExpectedBlocks(dir);
      const config = RunConfig.parse({
        model_type: "test/llama",
        dataset_name: "test",
        method: "full",
        ...batch,
        epochs: expected.steps.length,
        learning_rate: 3e-3,
        scheduler: "cosine",
        warmup_steps: 3,
        weight_decay: 0.1,
        adam_beta2: 0.95,
        max_seq_length: expected.blockLength,
        eval_interval: 0,
        checkpoint_interval: 0,
        device: "cpu",
      });
      const rng = Rng.seeded(0);
      const model = await openTrainableModel({ modelDir: MODEL, config, rng, device: "cpu", threads: 1 });
      const frames: Frame[] = [];
      await train({
        runDir: dir,
        modelDir: MODEL,
        config,
        resume: false,
        samplePrompts: [],
        model,
        blocks: await openBlocks(dir),
        rng,
        baseFingerprint: "",
        tokenizer: null,
        versions: {},
        emit: (frame) => frames.push(frame),
        shouldStop: () => false,
        takeCheckpointRequest: () => false,
        now: () => performance.now(),
        peakBytes: () => 0,
        residentBytes: () => 0,
      });
      await model.dispose();
      const metrics = frames.flatMap((frame) => (frame.kind === "metric" && frame.step > 0 ? [frame] : []));
      expect(metrics.length).toBe(expected.steps.length);
      for (const [i, { trainLoss, gradNorm, learningRate }] of metrics.entries()) {
        const step = expected.steps[i];
        expect((trainLoss as number) / (step?.trainLoss as number)).toBeCloseTo(1, 4);
        expect((gradNorm as number) / (step?.gradNorm as number)).toBeCloseTo(1, 3);
        expect(learningRate).toBeCloseTo(step?.learningRate as number, 10);
      }
      const done = frames.at(-1);
      if (done?.kind !== "done") throw new Error("the run did not end");
      expect((done.evalLossBefore as number) / expected.evalLossBefore).toBeCloseTo(1, 5);
      expect((done.evalLossAfter as number) / expected.evalLossAfter).toBeCloseTo(1, 4);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);
