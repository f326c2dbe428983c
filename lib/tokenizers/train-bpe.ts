/**
 * @file Byte-level BPE training (Sennrich et al. 2016, on bytes as in GPT-2). The merges are those of Python's
 * `tokenizers` library on the same corpus: the most frequent pair first, ties by the smaller left id, then the smaller
 * right id; ids are special tokens, then the 256 bytes in the order of their characters, then the merges.
 *
 * Pair counts are kept up to date instead of counted anew: each merge visits only the words that hold the pair (the
 * inverse index) and the next pair comes from a heap whose stale entries are corrected when they reach the top.
 */
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { AppError } from "@/lib/errors";
import { BYTE_CHARS } from "./byte-level";
import { createPause } from "./create-pause";
import { PairTable } from "./pair-table";

/**
 * Where words may begin and end, for source code: letters with at most one leading space or sign (" name", ".name",
 * "_name"), single digits, runs of signs, line breaks together with the indentation that follows them, and blanks.
 */
export const PRE_TOKENIZE_PATTERN =
  "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s*[\\r\\n]+[ \\t]*|\\s+(?!\\S)|\\s+";

/** Longer words are cut before training, so that one line of megabytes can't make every merge slow. */
const MAX_WORD_CHARS = 65_536;

export interface TrainBpeOptions {
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

/** The object that, as JSON, is a Hugging Face `tokenizer.json`. */
export interface TokenizerJson {
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
  normalizer: null;
  pre_tokenizer: Record<string, unknown>;
  post_processor: null;
  decoder: Record<string, unknown>;
  model: {
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
  };
}

/**
 * Trains a byte-level BPE tokenizer. Deterministic: it depends on the texts' pieces and their counts only.
 * Errors: `invalid_input` for a vocabulary without room for the bytes or a wrong list of special tokens; the signal's
 * reason when it is aborted.
 */
export async function trainBpe(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainBpeOptions,
): Promise<TokenizerJson> {
  const { vocabularySize, specialTokens, minFrequency = 2 } = options;
  if (new Set(specialTokens).size !== specialTokens.length || specialTokens.some((token) => token === "")) {
    throw new AppError("invalid_input", "Special tokens must be different from each other and not empty.");
  }
  const smallest = specialTokens.length + 256;
  if (!Number.isInteger(vocabularySize) || vocabularySize < smallest || vocabularySize > 1_000_000) {
    throw new AppError("invalid_input", `The vocabulary size must be a whole number from ${smallest} to 1000000.`);
  }
  const pause = createPause(options.signal);

  const tokens = [...specialTokens];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  for (const char of [...BYTE_CHARS].sort()) {
    if (idOf.has(char)) continue;
    idOf.set(char, tokens.length);
    tokens.push(char);
  }
  const wordCounts = await countWords(texts, pause);
  const words = new Words(
    wordCounts,
    BYTE_CHARS.map((char) => idOf.get(char) as number),
  );
  wordCounts.clear();

  const { table, queue } = await countPairs(words, pause);
  const merges = new Map<string, [string, string]>();
  while (tokens.length < vocabularySize) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = table.counts[top.pair] as number;
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < Math.max(1, minFrequency)) break;
    const left = tokens[top.left] as string;
    const right = tokens[top.right] as string;
    let id = idOf.get(left + right);
    if (id === undefined) {
      id = tokens.length;
      tokens.push(left + right);
      idOf.set(left + right, id);
    }
    // The same pair can come again when its parts' strings came from two merges; the later place counts, as in a file
    // that is read into a table of ranks.
    const key = `${left} ${right}`;
    merges.delete(key);
    merges.set(key, [left, right]);
    mergeEverywhere(top, id, words, table, queue);
    if (await pause()) options.onProgress?.((tokens.length - smallest) / Math.max(1, vocabularySize - smallest));
  }
  return toTokenizerJson(tokens, specialTokens, [...merges.values()]);
}

async function countWords(
  texts: AsyncIterable<string> | Iterable<string>,
  pause: () => Promise<boolean>,
): Promise<Map<string, number>> {
  // Compiled by the library that will read the tokenizer, so training and use split alike.
  const { pattern } = new SplitPreTokenizer(splitConfig());
  if (pattern === null) throw new AppError("internal", "The pre-tokenization pattern could not be compiled.");
  const counts = new Map<string, number>();
  const add = (word: string) => {
    const count = counts.get(word);
    // A slice keeps its whole text alive; a key that stays is copied.
    if (count === undefined) counts.set(word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le"), 1);
    else counts.set(word, count + 1);
  };
  for await (const text of texts) {
    for (const match of text.matchAll(pattern)) {
      const word = match[0];
      if (word.length <= MAX_WORD_CHARS) add(word);
      else for (const part of cutWord(word)) add(part);
    }
    await pause();
  }
  return counts;
}

function* cutWord(word: string): Generator<string> {
  let start = 0;
  while (start < word.length) {
    let end = Math.min(word.length, start + MAX_WORD_CHARS);
    const last = word.charCodeAt(end - 1);
    if (end < word.length && last >= 0xd800 && last < 0xdc00) end--;
    yield word.slice(start, end);
    start = end;
  }
}

/** All distinct words as rows of symbols in one array. */
class Words {
  readonly counts: Float64Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly symbols: Int32Array;

  constructor(wordCounts: Map<string, number>, idOfByte: number[]) {
    const size = wordCounts.size;
    this.counts = new Float64Array(size);
    this.starts = new Uint32Array(size);
    this.lengths = new Uint32Array(size);
    let total = 0;
    for (const word of wordCounts.keys()) total += Buffer.byteLength(word);
    this.symbols = new Int32Array(total);
    let index = 0;
    let at = 0;
    for (const [word, count] of wordCounts) {
      const bytes = Buffer.from(word);
      this.counts[index] = count;
      this.starts[index] = at;
      this.lengths[index] = bytes.length;
      for (const byte of bytes) this.symbols[at++] = idOfByte[byte] as number;
      index++;
    }
  }
}

interface QueuedPair {
  pair: number;
  left: number;
  right: number;
  count: number;
  /** Indices of the words that hold the pair. */
  words: number[];
}

/** Binary heap: highest count first, then the smaller pair. */
class PairQueue {
  private readonly heap: QueuedPair[] = [];

  push(item: QueuedPair): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(item, heap[parent] as QueuedPair)) break;
      heap[at] = heap[parent] as QueuedPair;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): QueuedPair | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as QueuedPair, heap[child] as QueuedPair)) child++;
      if (!isBefore(heap[child] as QueuedPair, last)) break;
      heap[at] = heap[child] as QueuedPair;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: QueuedPair, b: QueuedPair): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}

async function countPairs(
  words: Words,
  pause: () => Promise<boolean>,
): Promise<{ table: PairTable; queue: PairQueue }> {
  const table = new PairTable();
  const wordsOfPair: number[][] = [];
  for (let word = 0; word < words.counts.length; word++) {
    const start = words.starts[word] as number;
    const end = start + (words.lengths[word] as number);
    for (let i = start + 1; i < end; i++) {
      const pair = table.indexOf(words.symbols[i - 1] as number, words.symbols[i] as number);
      table.counts[pair] = (table.counts[pair] as number) + (words.counts[word] as number);
      addWord(wordsOfPair, pair, word);
    }
    if ((word & 0xfff) === 0) await pause();
  }
  const queue = new PairQueue();
  for (const [pair, list] of wordsOfPair.entries()) enqueue(queue, table, pair, list);
  return { table, queue };
}

function addWord(wordsOfPair: number[][], pair: number, word: number): void {
  const list = wordsOfPair[pair];
  if (list === undefined) wordsOfPair[pair] = [word];
  else if (list[list.length - 1] !== word) list.push(word);
}

function enqueue(queue: PairQueue, table: PairTable, pair: number, words: number[]): void {
  const count = table.counts[pair] as number;
  if (count > 0)
    queue.push({ pair, left: table.left[pair] as number, right: table.right[pair] as number, count, words });
}

/** Replaces the pair by `id` in its words, and keeps the counts of the pairs beside it true. */
function mergeEverywhere(top: QueuedPair, id: number, words: Words, table: PairTable, queue: PairQueue): void {
  const { symbols } = words;
  const { left, right } = top;
  const added = new Map<number, number[]>();
  for (const word of top.words) {
    const start = words.starts[word] as number;
    const end = start + (words.lengths[word] as number);
    const count = words.counts[word] as number;
    let to = start;
    for (let from = start; from < end; from++) {
      const symbol = symbols[from] as number;
      if (symbol !== left || from + 1 >= end || symbols[from + 1] !== right) {
        symbols[to++] = symbol;
        continue;
      }
      if (to > start) {
        const before = symbols[to - 1] as number;
        change(table, table.indexOf(before, left), -count);
        gain(table, added, table.indexOf(before, id), count, word);
      }
      symbols[to++] = id;
      from++;
      if (from + 1 < end) {
        const after = symbols[from + 1] as number;
        change(table, table.indexOf(right, after), -count);
        gain(table, added, table.indexOf(id, after), count, word);
      }
    }
    words.lengths[word] = to - start;
  }
  for (const [pair, list] of added) enqueue(queue, table, pair, list);
}

function change(table: PairTable, pair: number, by: number): void {
  table.counts[pair] = (table.counts[pair] as number) + by;
}

function gain(table: PairTable, added: Map<number, number[]>, pair: number, by: number, word: number): void {
  change(table, pair, by);
  const list = added.get(pair);
  if (list === undefined) added.set(pair, [word]);
  else if (list[list.length - 1] !== word) list.push(word);
}

function splitConfig() {
  return {
    type: "Split" as const,
    pattern: { Regex: PRE_TOKENIZE_PATTERN },
    behavior: "Isolated" as const,
    invert: false,
  };
}

function toTokenizerJson(
  tokens: string[],
  specialTokens: readonly string[],
  merges: [string, string][],
): TokenizerJson {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
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
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [splitConfig(), { ...byteLevel, use_regex: false }] },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
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
  };
}
