/** @file From a source to `documents.jsonl`: what a dataset is from then on, whatever happens to the source. */
import { join } from "node:path";
import type { DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import { createPause } from "@/lib/tokenizers/create-pause";
import { type DatasetSummary, DOCUMENTS_FILE, SUMMARY_FILE, writeJson } from "./dataset-folder";
import { HashedFileWriter } from "./hashed-file-writer";
import { PreviewSample } from "./preview-sample";
import { SkipTally } from "./skip-tally";
import { openSource } from "./sources/open-source";
import { textOfDocument } from "./text-of-document";
import { writeFolder } from "./write-folder";

const MAX_DATASET_BYTES = 4_000_000_000;

export interface BuildDatasetOptions {
  /** Its path must be absolute and allowed already. */
  source: DatasetSource;
  /** How people know the source, where its path says nothing to them: an upload's own name. */
  origin?: string | undefined;
  /** Must not exist; it comes into being whole or not at all. */
  outDir: string;
  /** Called now and then. */
  onProgress?: (progress: { documents: number; bytes: number }) => void;
  signal?: AbortSignal;
}

/**
 * Errors: `invalid_input` when the source holds nothing to learn from, naming what was left out and why;
 * `limit_exceeded` beyond 4 GB of text; `conflict` when `outDir` exists; those of the source.
 */
export async function buildDataset(
  options: BuildDatasetOptions,
): Promise<{ stats: DatasetStats; contentHash: string }> {
  const { outDir } = options;
  return writeFolder(
    outDir,
    async (folder) => {
      const summary = await writeDocuments(options, join(folder, DOCUMENTS_FILE));
      await writeJson(join(folder, SUMMARY_FILE), summary);
      return { stats: summary.stats, contentHash: summary.contentHash };
    },
    async () => {
      throw new AppError(
        "conflict",
        `${outDir} exists already; the dataset from ${originOf(options)} was not built again.`,
      );
    },
  );
}

const originOf = ({ origin, source }: BuildDatasetOptions): string => origin ?? source.path;

async function writeDocuments(options: BuildDatasetOptions, path: string): Promise<DatasetSummary> {
  const { signal, onProgress } = options;
  const source = { ...options.source, path: originOf(options) };
  const skips = new SkipTally();
  const preview = new PreviewSample();
  const languages = new Map<string, { documents: number; bytes: number }>();
  const pause = createPause(signal);
  let documents = 0;
  let bytes = 0;
  const file = await HashedFileWriter.create(path);
  try {
    for await (const document of openSource(options.source)({ origin: source.path, skips, signal })) {
      const size = Buffer.byteLength(textOfDocument(document));
      documents++;
      bytes += size;
      if (bytes > MAX_DATASET_BYTES) {
        throw new AppError(
          "limit_exceeded",
          `${source.path} holds more than ${MAX_DATASET_BYTES / 1e9} GB of text: choose a part of it.`,
        );
      }
      const language = languages.get(document.language) ?? { documents: 0, bytes: 0 };
      languages.set(document.language, { documents: language.documents + 1, bytes: language.bytes + size });
      preview.add(document);
      await file.write(Buffer.from(`${JSON.stringify(document)}\n`));
      if (await pause()) onProgress?.({ documents, bytes });
    }
    if (documents === 0) throw new AppError("invalid_input", refusal(source, skips));
    const contentHash = await file.end();
    const sorted = [...languages].sort((a, b) => b[1].bytes - a[1].bytes || (a[0] < b[0] ? -1 : 1));
    const stats = { documents, bytes, languages: Object.fromEntries(sorted), skipped: skips.toStats() };
    return { version: 1, source, contentHash, documentsBytes: file.bytes, stats, preview: preview.list() };
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function refusal(source: DatasetSource, skips: SkipTally): string {
  const left = skips.toText();
  if (left === "") return `${source.path} is empty, so there is nothing to learn from.`;
  const what = source.kind === "folder" ? "no source code to learn from" : "no line to learn from";
  return `${source.path} has ${what}; left out: ${left}.`;
}
