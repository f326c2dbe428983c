/** @file A tokenizer learned from datasets. */
import { z } from "zod";
import { TokenizerName } from "../tokenizer-name";

/** Those of the models of this studio; lib/tokenizers/fim-presets.ts knows them as "fim_prefix". */
export const FIM_TOKENS = [
  "<|fim_prefix|>",
  "<|fim_middle|>",
  "<|fim_suffix|>",
  "<|fim_pad|>",
  "<|repo_name|>",
  "<|file_sep|>",
] as const;

export const TOKENIZER_MODELS = ["bpe", "wordpiece", "unigram"] as const;
export type TokenizerModel = (typeof TOKENIZER_MODELS)[number];

/** Where words may begin and end; only for bpe. */
export const SPLIT_NAMES = ["code", "gpt2", "llama3", "qwen2"] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];

const BYTES = 256;

/** All special tokens in the order of their ids. */
export const specialTokensOf = (spec: { special_tokens: readonly string[]; fim_tokens: boolean }): string[] => [
  ...new Set([...spec.special_tokens, ...(spec.fim_tokens ? FIM_TOKENS : [])]),
];

export const TokenizerTrainSpec = z
  .strictObject({
    kind: z.literal("tokenizer-train"),
    name: TokenizerName,
    /** Ids, or names as people write them. */
    datasets: z.array(z.string().min(1).max(250)).min(1, "choose at least one dataset").max(50),
    model: z.enum(TOKENIZER_MODELS).default("bpe"),
    vocabulary_size: z.int().min(2).max(500_000).default(16_384),
    /** Pairs (unigram: pieces) seen less often are not learned. */
    min_frequency: z.int().min(1).max(1_000_000).default(2),
    split: z.enum(SPLIT_NAMES).default("code"),
    /** The first one ends a text. */
    special_tokens: z
      .array(z.string().min(1, "must not be empty").max(100, "must have at most 100 characters"))
      .min(1, "name at least the token that ends a text")
      .max(1000)
      .default(["<|endoftext|>"]),
    fim_tokens: z.boolean().default(true),
  })
  .superRefine((spec, context) => {
    const problem = findSpecialTokenProblem(spec.special_tokens);
    if (problem !== null) context.addIssue({ code: "custom", path: ["special_tokens"], message: problem });
    const smallest = specialTokensOf(spec).length + (spec.model === "bpe" ? BYTES : 1) + 1;
    if (spec.vocabulary_size < smallest) {
      const why = spec.model === "bpe" ? "256 bytes, the special tokens" : "the special tokens, the unknown token";
      const message = `must be at least ${smallest}: ${why} and one token to learn`;
      context.addIssue({ code: "custom", path: ["vocabulary_size"], message });
    }
  });
export type TokenizerTrainSpec = z.infer<typeof TokenizerTrainSpec>;

/** What keeps them from being found in a text one by one; null where nothing does. */
function findSpecialTokenProblem(tokens: readonly string[]): string | null {
  for (const [index, token] of tokens.entries()) {
    if (token.trim() === "") return "must not be blank";
    if (tokens.indexOf(token) !== index) return `name ${JSON.stringify(token)} twice; take one away`;
    const inside = tokens.find((other) => other !== token && token.includes(other));
    if (inside !== undefined)
      return `hold ${JSON.stringify(inside)} inside ${JSON.stringify(token)}; rename one of the two`;
  }
  return null;
}
