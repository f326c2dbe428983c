/** @file One run from its specification to its last frame. The model comes from outside, so tests can bring a small one. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gigabytes, OFFLOADED } from "@/lib/contracts/machine-room";
import type { RunConfig } from "@/lib/contracts/run-config";
import { Command, type Frame } from "@/lib/contracts/trainer-protocol";
import { type Blocks, openBlocks } from "@/lib/engine/data/open-blocks";
import { Rng } from "@/lib/engine/optim/rng";
import type { SampleTokenizer } from "@/lib/engine/train/complete-greedily";
import { fingerprintModel } from "@/lib/engine/train/fingerprint-model";
import { train } from "@/lib/engine/train/train";
import type { TrainableModel } from "@/lib/engine/types";
import { AppError } from "@/lib/errors";
import { frameWriter, hasFrameDescriptor } from "../child/frame-writer";
import { readCommands } from "../child/read-commands";
import { checkRoom } from "./check-room";
import { describeFailure } from "./describe-failure";
import { lockRun } from "./lock-run";
import { readSpec } from "./read-spec";

export interface TrainerParts {
  openModel(options: {
    modelDir: string;
    config: RunConfig;
    batchSize: number;
    blockLength: number;
    rng: Rng;
    device: RunConfig["device"];
    /** For people to read beside the run. */
    log: (message: string) => void;
  }): Promise<TrainableModel>;
  loadTokenizer(modelDir: string): Promise<SampleTokenizer & { hash: string }>;
  versions: Record<string, string>;
}

/** @returns the process's exit code: 0 after `done`, else 1 */
export async function runTrainer(specPath: string | undefined, parts: TrainerParts): Promise<number> {
  if (specPath === undefined || !hasFrameDescriptor()) {
    console.error("This is the trainer of CodeTune Studio; start runs with `codetune-studio train <config.json>`.");
    return 1;
  }
  let stopRequested = false;
  let checkpointRequested = false;
  const requestStop = () => {
    stopRequested = true;
  };
  const emit = frameWriter<Frame>(requestStop);
  readCommands(
    process.stdin,
    Command,
    ({ kind }) => {
      if (kind === "stop") requestStop();
      else checkpointRequested = true;
    },
    (line) => emit({ kind: "log", level: "warn", message: `Not a command: ${line}` }),
  );
  process.on("SIGTERM", requestStop);
  process.on("SIGINT", requestStop);

  let phase: "setup" | "data" | "model" | "training" = "setup";
  let release: (() => Promise<void>) | null = null;
  let model: TrainableModel | null = null;
  const loading = (done: number) => emit({ kind: "progress", phase: "loading", done, total: 3 });
  try {
    const spec = await readSpec(specPath);
    const { config, modelDir, runDir } = spec;
    await mkdir(runDir, { recursive: true });
    release = await lockRun(runDir);

    phase = "data";
    loading(0);
    const blocks = await openBlocks(spec.blocksDir);
    await checkVocabulary(blocks, modelDir);
    const tokenizer = await findTokenizer(parts, blocks, modelDir, emit);

    phase = "model";
    loading(1);
    const room = await checkRoom({ modelDir, runDir, config });
    emit({
      kind: "log",
      level: "info",
      message: `The run needs about ${gigabytes(room.estimate.totalBytes)} of memory.`,
    });
    if (room.isOffloaded) emit({ kind: "log", level: "warn", message: OFFLOADED });
    const rng = Rng.seeded(config.seed);
    const { blockLength } = blocks.manifest;
    const baseFingerprint = await fingerprintModel(modelDir);
    model = await parts.openModel({
      modelDir,
      config: room.config,
      batchSize: config.batch_size,
      blockLength,
      rng,
      device: config.device,
      log: (message) => emit({ kind: "log", level: "info", message }),
    });
    loading(3);

    phase = "training";
    await train({
      ...spec,
      model,
      blocks,
      rng,
      baseFingerprint,
      tokenizer,
      versions: parts.versions,
      emit,
      shouldStop: () => stopRequested,
      takeCheckpointRequest: () => {
        const taken = checkpointRequested;
        checkpointRequested = false;
        return taken;
      },
      now: () => performance.now(),
      // Kilobytes on every platform that Node supports.
      peakBytes: () => process.resourceUsage().maxRSS * 1024,
      residentBytes: () => process.memoryUsage.rss(),
    });
    return 0;
  } catch (error) {
    console.error(error);
    emit({ kind: "error", ...describeFailure(error, phase) });
    return 1;
  } finally {
    await model?.dispose().catch((error: unknown) => console.error(error));
    await release?.();
  }
}

/** Token ids beyond the model's embedding have no vector. */
async function checkVocabulary({ manifest }: Blocks, modelDir: string): Promise<void> {
  const config = JSON.parse(await readFile(join(modelDir, "config.json"), "utf8").catch(() => "{}")) as Record<
    string,
    unknown
  >;
  const size = config["vocab_size"];
  if (typeof size === "number" && manifest.vocabularySize > size) {
    const message = `The data was prepared with ${manifest.vocabularySize} token ids, but the model knows ${size}; prepare it with this model.`;
    throw new AppError("invalid_input", message);
  }
}

/** Samples are worth having, but a run does not fail without them. Data made with another tokenizer is an error. */
async function findTokenizer(
  parts: TrainerParts,
  blocks: Blocks,
  modelDir: string,
  emit: (frame: Frame) => void,
): Promise<SampleTokenizer | null> {
  const tokenizer = await parts.loadTokenizer(modelDir).catch((error: unknown) => {
    console.error(error);
    emit({ kind: "log", level: "warn", message: "The tokenizer cannot be read, so there will be no samples." });
    return null;
  });
  if (tokenizer && tokenizer.hash !== blocks.manifest.tokenizerHash) {
    throw new AppError(
      "invalid_input",
      "The data was prepared with another tokenizer than this model's; prepare it again.",
    );
  }
  return tokenizer;
}
