import { versionedName } from "@/lib/contracts/dataset-name";
import type { TokenizerComparison } from "@/lib/contracts/tokenizer";
import { readDocuments } from "@/lib/datasets/read-documents";
import { textOfDocument } from "@/lib/datasets/text-of-document";
import { AppError } from "@/lib/errors";
import { createPause } from "@/lib/tokenizers/create-pause";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ServiceContext } from "../context";
import { datasetDir } from "../datasets/dataset-dir";
import { getDatasetRow } from "../datasets/get-dataset-row";
import { openTokenizer } from "./open-tokenizer";

const MAX_TOKENIZERS = 6;
const MAX_SAMPLE_BYTES = 1_500_000;
const MAX_DOCUMENT_BYTES = 200_000;

interface Sample {
  texts: { language: string; text: string }[];
  bytes: number;
  isAll: boolean;
}

/**
 * How many tokens each makes of a sample of the dataset, by language, and how much their vocabularies have in common.
 * Throws `invalid_input` for less than one or more than six tokenizers or a dataset without text; `not_found`.
 */
export async function compareTokenizers(
  ctx: ServiceContext,
  { dataset, tokenizers }: { dataset: string; tokenizers: readonly string[] },
): Promise<TokenizerComparison> {
  const names = [...new Set(tokenizers)];
  if (names.length === 0 || names.length > MAX_TOKENIZERS)
    throw new AppError("invalid_input", `Choose one to ${MAX_TOKENIZERS} tokenizers to compare.`);
  const row = await getDatasetRow(ctx, dataset);
  const pause = createPause();
  const sample = await readSample(datasetDir(ctx, row.id), pause);
  if (sample.bytes === 0) throw new AppError("invalid_input", `${row.name} has no text to compare by.`);
  const opened: { name: string; tokenizer: Tokenizer }[] = [];
  for (const name of names) opened.push({ name, tokenizer: await openTokenizer(ctx, name) });
  const figures: TokenizerComparison["tokenizers"] = [];
  for (const { name, tokenizer } of opened) figures.push(await measure(name, tokenizer, sample, pause));
  return {
    dataset: { id: row.id, name: versionedName(row) },
    sample: { documents: sample.texts.length, bytes: sample.bytes, isAll: sample.isAll },
    tokenizers: figures,
    overlaps: overlapsOf(opened),
  };
}

/** Every n-th document, so that the sample is from all over the dataset; long documents end early. */
async function readSample(folder: string, pause: () => Promise<boolean>): Promise<Sample> {
  let bytes = 0;
  for await (const document of readDocuments(folder)) {
    bytes += Math.min(MAX_DOCUMENT_BYTES, Buffer.byteLength(textOfDocument(document)));
    await pause();
  }
  const every = Math.max(1, Math.ceil(bytes / MAX_SAMPLE_BYTES));
  const sample: Sample = { texts: [], bytes: 0, isAll: every === 1 };
  let index = 0;
  for await (const document of readDocuments(folder)) {
    if (index++ % every !== 0) continue;
    const whole = textOfDocument(document);
    const text = whole.slice(0, MAX_DOCUMENT_BYTES);
    if (text.length < whole.length) sample.isAll = false;
    if (text === "") continue;
    sample.texts.push({ language: document.language ?? "other", text });
    sample.bytes += Buffer.byteLength(text);
    await pause();
  }
  return sample;
}

const linesOf = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

async function measure(
  name: string,
  tokenizer: Tokenizer,
  { texts, bytes }: Sample,
  pause: () => Promise<boolean>,
): Promise<TokenizerComparison["tokenizers"][number]> {
  const languages = new Map<string, { lines: number; bytes: number; tokens: number }>();
  const isBlank = new Map<number, boolean>();
  let tokens = 0;
  let blanks = 0;
  let lines = 0;
  for (const { language, text } of texts) {
    const ids = tokenizer.encode(text, { specialTokens: "text" });
    for (const id of ids) {
      let blank = isBlank.get(id);
      if (blank === undefined) {
        blank = tokenizer.tokenText(id).trim() === "";
        isBlank.set(id, blank);
      }
      if (blank) blanks++;
    }
    const entry = languages.get(language) ?? { lines: 0, bytes: 0, tokens: 0 };
    const here = linesOf(text);
    entry.lines += here;
    entry.bytes += Buffer.byteLength(text);
    entry.tokens += ids.length;
    languages.set(language, entry);
    tokens += ids.length;
    lines += here;
    await pause();
  }
  return {
    name,
    vocabularySize: tokenizer.vocabularySize,
    tokens,
    bytesPerToken: bytes / Math.max(1, tokens),
    tokensPerLine: tokens / Math.max(1, lines),
    blankShare: blanks / Math.max(1, tokens),
    languages: [...languages].map(([language, entry]) => ({ language, ...entry })).sort((a, b) => b.bytes - a.bytes),
  };
}

function overlapsOf(opened: readonly { name: string; tokenizer: Tokenizer }[]): TokenizerComparison["overlaps"] {
  const vocabularies = opened.map(({ name, tokenizer }) => ({
    name,
    tokens: new Set(Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.tokenText(id))),
  }));
  return vocabularies.flatMap((a, index) =>
    vocabularies.slice(index + 1).map((b) => {
      const [small, large] = a.tokens.size < b.tokens.size ? [a.tokens, b.tokens] : [b.tokens, a.tokens];
      let shared = 0;
      for (const token of small) if (large.has(token)) shared++;
      return { a: a.name, b: b.name, shared, share: shared / Math.max(1, small.size) };
    }),
  );
}
