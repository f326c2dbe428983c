/** @file From documents to the blocks that every engine trains on: tokenize, mask, split, cut, pack, write. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type DatasetDocument, isCode } from "@/lib/contracts/dataset";
import { DEFAULT_OBJECTIVE, type ObjectiveSettings } from "@/lib/contracts/objective-settings";
import type { BlocksManifest, SplitName } from "@/lib/contracts/prepared-blocks";
import { AppError } from "@/lib/errors";
import { createPause } from "@/lib/tokenizers/create-pause";
import type { ChatTemplate } from "@/lib/tokenizers/find-chat-template";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { createAmphigory } from "./amphigory/create-amphigory";
import { type ChatThreadEntry, openChatRenderer } from "./chat/open-chat-renderer";
import { countObjective } from "./count-objective";
import { createSampler, needsSyntax } from "./create-sampler";
import { cutSample } from "./cut-sample";
import { readDatasetSummary, writeJson } from "./dataset-folder";
import { findValidBlocks } from "./find-valid-blocks";
import { PieceStore } from "./piece-store";
import { markUsed, pruneBlocks } from "./prune-blocks";
import { readDocuments } from "./read-documents";
import { readSplits } from "./split-documents";
import { openSourceParser } from "./syntax/parse-source";
import { textOfDocument } from "./text-of-document";
import { removeFolder, writeFolder } from "./write-folder";
import { writeSplit } from "./write-split";

/** Changes whenever the same settings would give other blocks. */
const PREPARATION_VERSION = 2;

const SPLITS = ["train", "eval"] as const satisfies readonly SplitName[];

export interface PrepareBlocksOptions {
  /** Made by buildDataset. */
  datasetDir: string;
  datasetId: string;
  contentHash: string;
  tokenizer: Tokenizer;
  /** Tokens in a block, at least 2. */
  blockLength: number;
  /** Share of documents held out, 0 to 1. */
  evalSplit: number;
  seed: number;
  /** What of the documents is trained on; see objectiveOf. Absent: all of each. */
  objective?: ObjectiveSettings | undefined;
  /** The model's chat template and the program that renders with it; null where the model has none. */
  chat?: { template: ChatTemplate; entry: ChatThreadEntry } | null | undefined;
  signal?: AbortSignal | undefined;
  /** Called now and then with documents done. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface PreparedBlocks {
  /** Absolute when `datasetDir` is. */
  blocksDir: string;
  manifest: BlocksManifest;
}

/**
 * Prepares the blocks, or finds those of an earlier call with the same content, tokenizer and settings: they lie under
 * `<datasetDir>/blocks/`, and are checked against their manifest before they are used again.
 * Errors: `invalid_input` when there is nothing to learn from or the dataset's files are not what was written.
 */
export async function prepareBlocks(options: PrepareBlocksOptions): Promise<PreparedBlocks> {
  const { datasetDir, contentHash, tokenizer, blockLength, evalSplit, seed, objective = DEFAULT_OBJECTIVE } = options;
  const summary = await readDatasetSummary(datasetDir);
  if (summary.contentHash !== contentHash) {
    throw new AppError(
      "invalid_input",
      `The files in ${datasetDir} belong to another build of the dataset: add it again.`,
    );
  }
  const parts = [PREPARATION_VERSION, contentHash, tokenizer.hash, blockLength, evalSplit, seed];
  // The template matters only where there are conversations, which is known afterwards.
  const key = [...parts, JSON.stringify(objective), options.chat?.template.hash ?? ""].join("\n");
  const blocksDir = join(datasetDir, "blocks", createHash("sha256").update(key).digest("hex").slice(0, 24));
  const found = await findValidBlocks(blocksDir, options);
  if (found !== null) {
    await markUsed(blocksDir);
    return { blocksDir, manifest: found };
  }
  await removeFolder(blocksDir);
  // A source file that mentions <|endoftext|> does not end there; in a JSONL file it was written on purpose.
  const specialTokens = isCode(summary.source) ? "text" : "parse";
  const manifest = await writeFolder(
    blocksDir,
    (folder) => writeBlocks(folder, options, specialTokens),
    async () => (await findValidBlocks(blocksDir, options)) !== null,
  );
  await pruneBlocks(dirname(blocksDir));
  return { blocksDir, manifest };
}

async function writeBlocks(
  folder: string,
  options: PrepareBlocksOptions,
  specialTokens: "parse" | "text",
): Promise<BlocksManifest> {
  const { datasetDir, datasetId, contentHash, tokenizer, blockLength, evalSplit, seed, signal } = options;
  const { objective: settings = DEFAULT_OBJECTIVE } = options;
  const { counts: objectiveCounts, count } = countObjective();
  const chat = options.chat ? openChatRenderer(options.chat.template, options.chat.entry) : null;
  const { include_amphigory: hasAmphigory, amphigory_ratio: ratio } = settings;
  const parser = needsSyntax(settings) || hasAmphigory ? await openSourceParser() : null;
  const amphigory = hasAmphigory && parser !== null ? createAmphigory({ parser, ratio, seed }) : null;
  const sampler = createSampler({ settings, tokenizer, specialTokens, blockLength, seed, chat, parser, count });
  const { names, splits } = await readSplits(readDocuments(datasetDir, signal), evalSplit, seed);
  const total = names.length;

  const pieces = {
    train: await PieceStore.create(join(folder, "train.pieces.tmp")),
    eval: await PieceStore.create(join(folder, "eval.pieces.tmp")),
  };
  try {
    const counts = { train: { documents: 0, bytes: 0 }, eval: { documents: 0, bytes: 0 } };
    const pause = createPause(signal);
    const add = async (document: DatasetDocument, split: SplitName, index: number): Promise<boolean> => {
      let hasPieces = false;
      for (const sample of await sampler.samplesOf(document)) {
        for (const piece of cutSample(sample, blockLength)) {
          await pieces[split].add(sample.ids, piece, index);
          hasPieces = true;
        }
      }
      return hasPieces;
    };
    let index = 0;
    for await (const document of readDocuments(datasetDir, signal)) {
      const split = splits[index] as SplitName;
      if (await add(document, split, index)) {
        counts[split].documents++;
        counts[split].bytes += Buffer.byteLength(document.messages ? textOfDocument(document) : document.text);
      }
      const nonsense = split === "train" ? amphigory?.of(document) : null;
      if (nonsense && (await add(nonsense, split, names.length))) {
        names.push(nonsense.name);
        count("amphigoryDocuments");
      }
      index++;
      if (await pause()) options.onProgress?.({ done: index, total });
    }
    refuseNothingToLearn(total, pieces.train, sampler.reason());
    const written: Partial<BlocksManifest["splits"]> = {};
    for (const split of SPLITS) {
      const files = await writeSplit({
        folder,
        split,
        pieces: pieces[split],
        names,
        blockLength,
        padTokenId: tokenizer.padTokenId,
        pause,
      });
      written[split] = {
        ...files,
        ...counts[split],
        tokens: pieces[split].tokens,
        trainableTokens: pieces[split].trainableTokens,
      };
    }
    const manifest: BlocksManifest = {
      version: 1,
      blockLength,
      vocabularySize: tokenizer.vocabularySize,
      padTokenId: tokenizer.padTokenId,
      datasetId,
      datasetHash: contentHash,
      tokenizerHash: tokenizer.hash,
      seed,
      evalSplit,
      objective: settings,
      counts: objectiveCounts,
      splits: written as BlocksManifest["splits"],
    };
    await writeJson(join(folder, "manifest.json"), manifest);
    return manifest;
  } finally {
    for (const split of SPLITS) await pieces[split].remove();
    await chat?.close();
  }
}

function refuseNothingToLearn(documents: number, train: PieceStore, because: string | null): void {
  if (train.trainableTokens > 0) return;
  const reason =
    documents === 0
      ? "it has no documents"
      : (because ??
        `none of the tokens of its ${documents} documents would get loss: each is only a prompt, or too short`);
  throw new AppError("invalid_input", `There is nothing to learn from in this dataset: ${reason}.`);
}
