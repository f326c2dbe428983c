/** @file What all newly trained tokenizers have in common. */
import { AppError } from "@/lib/errors";

interface NewTokenizerFile {
  version: "1.0";
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: boolean;
    lstrip: boolean;
    rstrip: boolean;
    normalized: boolean;
    special: boolean;
  }[];
  normalizer: Record<string, unknown> | null;
  pre_tokenizer: Record<string, unknown>;
  post_processor: null;
  decoder: Record<string, unknown>;
}

/** The object that, as JSON, is a Hugging Face `tokenizer.json`. */
export interface TokenizerJson<Model = { [key: string]: unknown }> extends NewTokenizerFile {
  model: Model;
}

/** The model is to be added. Errors: `invalid_input` for special tokens that are empty or not different. */
export function newTokenizerFile<Model>(
  specialTokens: readonly string[],
  parts: Pick<TokenizerJson<Model>, "pre_tokenizer" | "decoder" | "model"> & { normalizer?: Record<string, unknown> },
): TokenizerJson<Model> {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: parts.normalizer ?? null,
    pre_tokenizer: parts.pre_tokenizer,
    post_processor: null,
    decoder: parts.decoder,
    model: parts.model,
  };
}

/** Errors: `invalid_input` with what is wrong. @param smallest tokens that are there before any is learned */
export function checkTrainOptions(
  { vocabularySize, specialTokens }: { vocabularySize: number; specialTokens: readonly string[] },
  smallest: number,
): void {
  if (new Set(specialTokens).size !== specialTokens.length || specialTokens.some((token) => token === "")) {
    throw new AppError("invalid_input", "Special tokens must be different from each other and not empty.");
  }
  if (!Number.isInteger(vocabularySize) || vocabularySize < smallest || vocabularySize > 1_000_000) {
    throw new AppError("invalid_input", `The vocabulary size must be a whole number from ${smallest} to 1000000.`);
  }
}
