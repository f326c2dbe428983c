/** @file `tokenizer.json` as Hugging Face writes it, checked before anything uses it. */
import { z } from "zod";
import { AppError } from "@/lib/errors";

const MAX_TOKENS = 2_000_000;
const MAX_TOKEN_CHARS = 10_000;

/** Old files have none. */
const MODEL_TYPES = ["BPE", "Unigram", "WordPiece"];

const flag = z.boolean().default(false);
const AddedToken = z.looseObject({
  id: z
    .int()
    .min(0)
    .max(MAX_TOKENS - 1),
  content: z.string().min(1).max(MAX_TOKEN_CHARS),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  /** Looked for in the normalized text instead of the text itself. */
  normalized: z.boolean().optional(),
  special: flag,
});

const Component = z.looseObject({ type: z.string() }).nullable().default(null);

const TokenizerFileSchema = z.looseObject({
  added_tokens: z.array(AddedToken).max(100_000).nullish(),
  normalizer: Component,
  pre_tokenizer: Component,
  post_processor: Component,
  decoder: Component,
  // Vocabulary and merges hold up to millions of entries; they are checked by hand below, for speed, and because
  // "__proto__" is a token like any other.
  model: z.looseObject({ type: z.string().optional(), vocab: z.unknown().optional(), merges: z.unknown().optional() }),
});

export type TokenizerComponent = z.infer<typeof Component>;

export interface TokenizerFile extends z.infer<typeof TokenizerFileSchema> {
  addedTokens: z.infer<typeof AddedToken>[];
  /** Token → id without the added tokens. */
  vocabulary: Map<string, number>;
  /** Pairs in the order of their rank; null when the model is no BPE. */
  merges: [string, string][] | null;
}

/** Errors: `invalid_input`, one sentence that names the file and the first wrong field. */
export function parseTokenizerFile(value: unknown, name: string): TokenizerFile {
  const parsed = TokenizerFileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    throw new AppError(
      "invalid_input",
      `${name} is not a Hugging Face tokenizer${where}: ${issue?.message ?? "wrong shape"}.`,
    );
  }
  const file = parsed.data;
  const { type } = file.model;
  if (type !== undefined && !MODEL_TYPES.includes(type)) {
    throw new AppError("invalid_input", `${name} has a kind of model that can't be used here: ${type.slice(0, 40)}.`);
  }
  return {
    ...file,
    addedTokens: file.added_tokens ?? [],
    vocabulary: readVocabulary(file.model.vocab, name),
    merges: file.model.merges === undefined || file.model.merges === null ? null : readMerges(file.model.merges, name),
  };
}

function readVocabulary(vocab: unknown, name: string): Map<string, number> {
  const wrong = (what: string) =>
    new AppError("invalid_input", `${name} is not a Hugging Face tokenizer at model.vocab: ${what}.`);
  if (typeof vocab !== "object" || vocab === null) throw wrong("the vocabulary is missing");
  const result = new Map<string, number>();
  if (Array.isArray(vocab)) {
    // Unigram: [piece, score] in the order of ids.
    for (const [id, entry] of vocab.entries()) {
      if (!Array.isArray(entry) || typeof entry[0] !== "string" || typeof entry[1] !== "number")
        throw wrong(`entry ${id} is no pair of a token and a score`);
      if (entry[0].length > MAX_TOKEN_CHARS) throw wrong(`entry ${id} is longer than ${MAX_TOKEN_CHARS} characters`);
      result.set(entry[0], id);
    }
  } else {
    const seen = new Set<unknown>();
    for (const [token, id] of Object.entries(vocab)) {
      if (!Number.isInteger(id) || id < 0 || id >= MAX_TOKENS)
        throw wrong(`the id of ${JSON.stringify(token.slice(0, 40))} is no whole number from 0 to ${MAX_TOKENS - 1}`);
      if (seen.has(id)) throw wrong(`id ${id} is used twice`);
      if (token.length > MAX_TOKEN_CHARS)
        throw wrong(`the token with id ${id} is longer than ${MAX_TOKEN_CHARS} characters`);
      seen.add(id);
      result.set(token, id);
    }
  }
  if (result.size === 0 || result.size > MAX_TOKENS) throw wrong(`it must have 1 to ${MAX_TOKENS} tokens`);
  return result;
}

function readMerges(merges: unknown, name: string): [string, string][] {
  const wrong = (what: string) =>
    new AppError("invalid_input", `${name} is not a Hugging Face tokenizer at model.merges: ${what}.`);
  if (!Array.isArray(merges) || merges.length > MAX_TOKENS)
    throw wrong(`it must be a list of at most ${MAX_TOKENS} pairs`);
  return merges.map((merge: unknown, rank): [string, string] => {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && typeof pair[1] === "string")
      return [pair[0], pair[1]];
    throw wrong(`entry ${rank} is no pair of tokens`);
  });
}
