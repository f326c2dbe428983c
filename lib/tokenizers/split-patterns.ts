/** @file Pre-tokenizers to train with, as they stand in tokenizer files. */
import type { SplitName } from "@/lib/contracts/jobs/tokenizer-train";

/**
 * Where words may begin and end, for source code: letters with at most one leading space or sign (" name", ".name",
 * "_name"), single digits, runs of signs, line breaks together with the indentation that follows them, and blanks.
 */
export const CODE_PATTERN =
  "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s*[\\r\\n]+[ \\t]*|\\s+(?!\\S)|\\s+";

/** OpenAI's cl100k pattern with groups of at most `digits`, as Llama 3 (3) and Qwen (1) have it. */
const cl100k = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const PATTERNS: Record<Exclude<SplitName, "gpt2">, string> = {
  code: CODE_PATTERN,
  llama3: cl100k("\\p{N}{1,3}"),
  qwen2: cl100k("\\p{N}"),
};

/** The `pre_tokenizer` of a byte-level tokenizer.json. */
export function byteLevelSplit(name: SplitName): { type: string; [key: string]: unknown } {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  if (name === "gpt2") return { ...byteLevel, use_regex: true };
  const split = { type: "Split", pattern: { Regex: PATTERNS[name] }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, { ...byteLevel, use_regex: false }] };
}
