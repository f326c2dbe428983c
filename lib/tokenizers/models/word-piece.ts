/** @file WordPiece (Schuster and Nakajima 2012; BERT): the longest token that fits, then the longest continuation. */
import type { TokenizerFile } from "../tokenizer-file";
import type { WordEncoder } from "./word-encoder";

/** Undefined where the unknown token is missing. */
export function findWordPiece({ vocabulary, model }: TokenizerFile): WordEncoder | undefined {
  const unknown = typeof model["unk_token"] === "string" ? vocabulary.get(model["unk_token"]) : undefined;
  const prefix = model["continuing_subword_prefix"] ?? "##";
  const limit = model["max_input_chars_per_word"] ?? 100;
  if (unknown === undefined || typeof prefix !== "string" || typeof limit !== "number") return undefined;
  // A token cannot be found beyond the longest, so no word costs its length squared.
  let longest = 1;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);
  return (word) => {
    if (word.length > limit && [...word].length > limit) return [unknown];
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = vocabulary.get((start > 0 ? prefix : "") + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknown];
      ids.push(id);
      start = end;
    }
    return ids;
  };
}
