import type { SplitName, TokenizerModel } from "@/lib/contracts/jobs/tokenizer-train";
import type { TokenizerJson } from "./new-tokenizer-file";
import { type TrainOptions, trainBpe } from "./train-bpe";
import { trainUnigram } from "./train-unigram";
import { trainWordPiece } from "./train-word-piece";

/** The file of a tokenizer of any kind. `split` is for bpe; the others have their own. Errors: those of trainBpe. */
export async function trainTokenizer(
  texts: AsyncIterable<string> | Iterable<string>,
  { model, split, ...options }: TrainOptions & { model: TokenizerModel; split: SplitName },
): Promise<TokenizerJson> {
  if (model === "wordpiece") return trainWordPiece(texts, options);
  if (model === "unigram") return trainUnigram(texts, options);
  const file = await trainBpe(texts, { ...options, split });
  return { ...file, model: { ...file.model } };
}
