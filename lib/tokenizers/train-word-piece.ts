/**
 * @file WordPiece as Hugging Face trains it: merges as in BPE over characters, where every part of a word but the first is
 * marked with "##"; only the tokens are kept, since encoding takes the longest that fits.
 */
import { compilePreTokenizer } from "./compile-pre-tokenizer";
import { countWords } from "./count-words";
import { createPause } from "./create-pause";
import { learnMerges } from "./learn-merges";
import { checkTrainOptions, newTokenizerFile, type TokenizerJson } from "./new-tokenizer-file";
import type { TrainOptions } from "./train-bpe";

const PREFIX = "##";
export const WORD_PIECE_UNKNOWN = "[UNK]";
const MAX_WORD_CHARS = 100;

/** Words are cut as BERT cuts them: at blanks, which are not kept, and around punctuation. Errors: as of trainBpe. */
export async function trainWordPiece(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainOptions,
): Promise<TokenizerJson> {
  const specialTokens = [WORD_PIECE_UNKNOWN, ...options.specialTokens.filter((token) => token !== WORD_PIECE_UNKNOWN)];
  checkTrainOptions({ ...options, specialTokens }, specialTokens.length + 1);
  const pause = createPause(options.signal);
  const split = { type: "BertPreTokenizer" };
  const preTokenizer = compilePreTokenizer(split, "the tokenizer");
  if (preTokenizer === undefined) throw new Error("BertPreTokenizer is not handled");
  const words = await countWords(texts, preTokenizer, pause);

  // The commonest characters, in both places, as far as there is room.
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    let prefix = "";
    for (const char of word) {
      counts.set(prefix + char, (counts.get(prefix + char) ?? 0) + count);
      prefix = PREFIX;
    }
  }
  const alphabet = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([token]) => token);
  const tokens = [...new Set([...specialTokens, ...alphabet])].slice(0, options.vocabularySize);
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const symbolsOf = (word: string): number[] => {
    const ids = [...word].map((char, index) => idOf.get((index === 0 ? "" : PREFIX) + char));
    return ids.includes(undefined) || ids.length > MAX_WORD_CHARS ? [] : (ids as number[]);
  };
  const { minFrequency = 2, vocabularySize, onProgress } = options;
  const join = (left: string, right: string) => left + right.slice(PREFIX.length);
  await learnMerges(words, symbolsOf, { tokens, vocabularySize, minFrequency, join, pause, onProgress });
  return newTokenizerFile(specialTokens, {
    pre_tokenizer: split,
    decoder: { type: "WordPiece", prefix: PREFIX, cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: WORD_PIECE_UNKNOWN,
      continuing_subword_prefix: PREFIX,
      max_input_chars_per_word: MAX_WORD_CHARS,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  });
}
