import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { addRun, type TrainingSample } from "./training-sample";

/**
 * Tokens of prompt and text, which are tokenized apart so that the border between them is one at generation too, and the
 * end-of-text token, which gets loss: a model must learn to stop.
 */
export function tokenizeDocument(
  document: Pick<DatasetDocument, "prompt" | "text">,
  tokenizer: Tokenizer,
  specialTokens: "parse" | "text",
  trainOnInputs = false,
): TrainingSample {
  const sample: TrainingSample = { ids: [], runs: [] };
  if (document.prompt) addRun(sample, "prompt", trainOnInputs, tokenizer.encode(document.prompt, { specialTokens }));
  addRun(sample, "text", true, tokenizer.encode(document.text, { specialTokens }));
  addRun(sample, "end", true, [tokenizer.eosTokenId]);
  return sample;
}
