/**
 * @file Byte-level BPE training (Sennrich et al. 2016, on bytes as in GPT-2). The merges are those of Python's
 * `tokenizers` library on the same corpus: the most frequent pair first, ties by the smaller left id, then the smaller
 * right id; ids are special tokens, then the 256 bytes in the order of their characters, then the merges.
 */
import type { SplitName } from "@/lib/contracts/jobs/tokenizer-train";
import { AppError } from "@/lib/errors";
import { BYTE_CHARS } from "./byte-level";
import { compilePreTokenizer } from "./compile-pre-tokenizer";
import { countWords } from "./count-words";
import { createPause } from "./create-pause";
import { learnMerges } from "./learn-merges";
import { checkTrainOptions, newTokenizerFile, type TokenizerJson } from "./new-tokenizer-file";
import { byteLevelSplit } from "./split-patterns";

export interface TrainOptions {
  /** Size of the finished vocabulary, special tokens included. Smaller when the corpus has no more pairs. */
  vocabularySize: number;
  /** Their ids are 0, 1, 2, … in this order. */
  specialTokens: readonly string[];
  /** Pairs seen less often are not merged. Default 2. */
  minFrequency?: number;
  signal?: AbortSignal;
  /** Called now and then with how far the merges are, 0 … 1. */
  onProgress?: (share: number) => void;
}

export interface BpeModel {
  type: "BPE";
  dropout: null;
  unk_token: null;
  continuing_subword_prefix: null;
  end_of_word_suffix: null;
  fuse_unk: boolean;
  byte_fallback: boolean;
  ignore_merges: boolean;
  vocab: Record<string, number>;
  merges: [string, string][];
}

/**
 * Trains a byte-level BPE tokenizer. Deterministic: it depends on the texts' pieces and their counts only.
 * Errors: `invalid_input` for a vocabulary without room for the bytes or a wrong list of special tokens; the signal's
 * reason when it is aborted.
 */
export async function trainBpe(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainOptions & { split?: SplitName },
): Promise<TokenizerJson<BpeModel>> {
  const { vocabularySize, specialTokens, minFrequency = 2 } = options;
  checkTrainOptions(options, specialTokens.length + BYTE_CHARS.length);
  const pause = createPause(options.signal);
  const split = byteLevelSplit(options.split ?? "code");
  const preTokenizer = compilePreTokenizer(split, "the tokenizer");
  if (preTokenizer === undefined) throw new AppError("internal", "The pre-tokenizer could not be compiled.");

  const tokens = [...specialTokens];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  for (const char of [...BYTE_CHARS].sort()) {
    if (idOf.has(char)) continue;
    idOf.set(char, tokens.length);
    tokens.push(char);
  }
  const idOfByte = BYTE_CHARS.map((char) => idOf.get(char) as number);
  const merges = await learnMerges(
    await countWords(texts, preTokenizer, pause),
    (word) => Array.from(Buffer.from(word), (byte) => idOfByte[byte] as number),
    {
      tokens,
      vocabularySize,
      minFrequency,
      join: (left, right) => left + right,
      pause,
      onProgress: options.onProgress,
    },
  );
  return newTokenizerFile<BpeModel>(specialTokens, {
    pre_tokenizer: split,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      // Object.fromEntries makes own properties even of "__proto__", which source code does contain.
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  });
}
