/** @file From a source to `documents.jsonl`: what a dataset is from then on, whatever happens to the source. */
import { join } from "node:path";
import type { DatasetSource, DatasetStats, LocalSource } from "@/lib/contracts/dataset";
import { describeSource } from "@/lib/contracts/describe-source";
import { AppError } from "@/lib/errors";
import { createPause } from "@/lib/tokenizers/create-pause";
import { type DatasetSummary, DOCUMENTS_FILE, SUMMARY_FILE, writeJson } from "./dataset-folder";
import { HashedFileWriter } from "./hashed-file-writer";
import { PreviewSample } from "./preview-sample";
import { SkipTally } from "./skip-tally";
import { openSource } from "./sources/open-source";
import type { SourceReader } from "./sources/source-reader";
import { textOfDocument } from "./text-of-document";
import { writeFolder } from "./write-folder";

const MAX_DATASET_BYTES = 4_000_000_000;

export type BuildDatasetOptions = BuildOptions &
  /** A local path must be absolute and allowed already. Sources elsewhere bring their reader with them. */
  ({ source: LocalSource; read?: undefined } | { source: DatasetSource; read: SourceReader });

interface BuildOptions {
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

const originOf = ({ origin, source }: BuildDatasetOptions): string =>
  origin ?? ("path" in source ? source.path : describeSource(source).where);

async function writeDocuments(options: BuildDatasetOptions, path: string): Promise<DatasetSummary> {
  const { signal, onProgress } = options;
  const origin = originOf(options);
  const source = "path" in options.source ? { ...options.source, path: origin } : options.source;
  const read = options.read ?? openSource(options.source);
  const skips = new SkipTally();
  const preview = new PreviewSample();
  const languages = new Map<string, { documents: number; bytes: number }>();
  const pause = createPause(signal);
  let documents = 0;
  let bytes = 0;
  const file = await HashedFileWriter.create(path);
  try {
    for await (const document of read({ origin, skips, signal })) {
      const size = Buffer.byteLength(textOfDocument(document));
      documents++;
      bytes += size;
      if (bytes > MAX_DATASET_BYTES) {
        throw new AppError(
          "limit_exceeded",
          `${origin} holds more than ${MAX_DATASET_BYTES / 1e9} GB of text: choose a part of it.`,
        );
      }
      const language = languages.get(document.language) ?? { documents: 0, bytes: 0 };
      languages.set(document.language, { documents: language.documents + 1, bytes: language.bytes + size });
      preview.add(document);
      await file.write(Buffer.from(`${JSON.stringify(document)}\n`));
      if (await pause()) onProgress?.({ documents, bytes });
    }
    if (documents === 0) throw new AppError("invalid_input", refusal(origin, source.kind, skips));
    const contentHash = await file.end();
    const sorted = [...languages].sort((a, b) => b[1].bytes - a[1].bytes || (a[0] < b[0] ? -1 : 1));
    const stats = { documents, bytes, languages: Object.fromEntries(sorted), skipped: skips.toStats() };
    return { version: 1, source, contentHash, documentsBytes: file.bytes, stats, preview: preview.list() };
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function refusal(origin: string, kind: DatasetSource["kind"], skips: SkipTally): string {
  const left = skips.toText();
  if (left === "") return `${origin} is empty, so there is nothing to learn from.`;
  const what = `no ${kind === "folder" ? "source code" : kind === "jsonl" ? "line" : "row"} to learn from`;
  return `${origin} has ${what}; left out: ${left}.`;
}
