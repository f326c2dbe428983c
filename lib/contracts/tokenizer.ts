/** @file A tokenizer made here: what is known of it. */
import { z } from "zod";
import { TOKENIZER_MODELS } from "./jobs/tokenizer-train";

/** `codetune.json`, beside tokenizer.json in the tokenizer's folder. */
export const TokenizerManifest = z.object({
  version: z.literal(1),
  name: z.string(),
  createdAt: z.string(),
  /** sha256 of tokenizer.json. */
  contentHash: z.string(),
  model: z.enum(TOKENIZER_MODELS),
  split: z.string().nullable(),
  vocabularySize: z.int(),
  /** As asked for; smaller texts give smaller vocabularies. */
  askedSize: z.int(),
  minFrequency: z.int(),
  specialTokens: z.array(z.string()),
  documents: z.int(),
  bytes: z.int(),
  parents: z.array(z.object({ datasetId: z.string(), contentHash: z.string() })),
});
export type TokenizerManifest = z.infer<typeof TokenizerManifest>;

export interface TokenizerComparison {
  dataset: { id: string; name: string };
  /** What was looked at: a sample, spread over the dataset. */
  sample: { documents: number; bytes: number; isAll: boolean };
  tokenizers: {
    name: string;
    vocabularySize: number;
    tokens: number;
    bytesPerToken: number;
    tokensPerLine: number;
    /** Tokens that are blanks and line breaks only, as a share of all. */
    blankShare: number;
    languages: { language: string; lines: number; bytes: number; tokens: number }[];
  }[];
  /** Tokens that both have, as shares of the smaller vocabulary. */
  overlaps: { a: string; b: string; shared: number; share: number }[];
}
