/** @file How long a dataset's documents are in tokens of one tokenizer. */
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type DatasetDocument, isCode, type LengthHistogram } from "@/lib/contracts/dataset";
import { createPause } from "@/lib/tokenizers/create-pause";
import { findBoundedJson } from "@/lib/tokenizers/read-bounded-json";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { readDatasetSummary } from "./dataset-folder";
import { readDocuments } from "./read-documents";
import { textOfDocument } from "./text-of-document";
import { tokenizeDocument } from "./tokenize-document";

const FIRST_EDGE = 16;
const MAX_CACHE_BYTES = 1_000_000;

const Cached = z.strictObject({
  contentHash: z.string(),
  edges: z.array(z.int()),
  counts: z.array(z.int()),
  tokens: z.int(),
  longest: z.int(),
});

/**
 * Of conversations the messages, without a template. Bin i counts documents of edges[i] up to, not including, edges[i + 1] tokens; the end-of-text token counts. Edges are 0
 * and powers of two from 16. Kept beside the documents, since a large dataset takes a while.
 * Errors: those of reading the dataset, and the signal's reason.
 */
export async function getLengthHistogram(options: {
  datasetDir: string;
  tokenizer: Tokenizer;
  signal?: AbortSignal | undefined;
}): Promise<LengthHistogram> {
  const { datasetDir, tokenizer, signal } = options;
  const { contentHash, source } = await readDatasetSummary(datasetDir);
  const cachePath = join(datasetDir, `lengths-${tokenizer.hash.slice(0, 24)}.json`);
  const cached = await findBoundedJson(cachePath, MAX_CACHE_BYTES).catch(() => null);
  const parsed = Cached.safeParse(cached?.value);
  if (parsed.success && parsed.data.contentHash === contentHash) {
    const { contentHash: _, ...histogram } = parsed.data;
    return histogram;
  }

  const edges = [0, FIRST_EDGE];
  const counts = [0];
  let tokens = 0;
  let longest = 0;
  const pause = createPause(signal);
  for await (const document of readDocuments(datasetDir, signal)) {
    const { length } = tokenizeDocument(asText(document), tokenizer, isCode(source) ? "text" : "parse").ids;
    tokens += length;
    longest = Math.max(longest, length);
    while (length >= (edges.at(-1) as number)) {
      edges.push((edges.at(-1) as number) * 2);
      counts.push(0);
    }
    const bin = length < FIRST_EDGE ? 0 : 1 + Math.floor(Math.log2(length / FIRST_EDGE));
    counts[bin] = (counts[bin] as number) + 1;
    await pause();
  }
  const histogram = { edges, counts, tokens, longest };
  await writeCache(cachePath, { contentHash, ...histogram });
  return histogram;
}

/** Without the cache everything works, only slower: a full or read-only disk is no error here. */
async function writeCache(path: string, value: z.infer<typeof Cached>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify(value));
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

const asText = (document: DatasetDocument) =>
  document.messages === undefined ? document : { text: textOfDocument(document) };
