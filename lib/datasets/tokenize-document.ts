import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";

/**
 * Tokens of prompt and text, which are tokenized apart so that the border between them is one at generation too, and the
 * end-of-text token, which gets loss: a model must learn to stop.
 */
export function tokenizeDocument(
  document: DatasetDocument,
  tokenizer: Tokenizer,
  specialTokens: "parse" | "text",
): { ids: number[]; promptLength: number } {
  const text = tokenizer.encode(document.text, { specialTokens });
  const prompt = document.prompt ? tokenizer.encode(document.prompt, { specialTokens }) : [];
  const ids = prompt.length === 0 ? text : prompt.concat(text);
  ids.push(tokenizer.eosTokenId);
  return { ids, promptLength: prompt.length };
}
