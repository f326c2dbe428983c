/**
 * @file Learning merges (Sennrich et al. 2016): the most frequent pair first, ties by the smaller left id, then the
 * smaller right id. Pair counts are kept up to date instead of counted anew: each merge visits only the words that hold
 * the pair (the inverse index), and the next pair comes from a heap whose stale entries are corrected at the top.
 */
import { PairTable } from "./pair-table";

export interface MergeOptions {
  /** Tokens so far by id; merged ones are appended. */
  tokens: string[];
  vocabularySize: number;
  minFrequency: number;
  /** The text of two tokens merged. */
  join(left: string, right: string): string;
  pause(): Promise<boolean>;
  onProgress?: ((share: number) => void) | undefined;
}

/** The merges in order. @param symbolsOf ids of a word's smallest parts */
export async function learnMerges(
  wordCounts: ReadonlyMap<string, number>,
  symbolsOf: (word: string) => readonly number[],
  { tokens, vocabularySize, minFrequency, join, pause, onProgress }: MergeOptions,
): Promise<[string, string][]> {
  const smallest = tokens.length;
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const words = new Words(wordCounts, symbolsOf);
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
    const merged = join(left, right);
    let id = idOf.get(merged);
    if (id === undefined) {
      id = tokens.length;
      tokens.push(merged);
      idOf.set(merged, id);
    }
    // The same pair can come again when its parts' strings came from two merges; the later place counts, as in a file
    // that is read into a table of ranks.
    const key = `${left} ${right}`;
    merges.delete(key);
    merges.set(key, [left, right]);
    mergeEverywhere(top, id, words, table, queue);
    if (await pause()) onProgress?.((tokens.length - smallest) / Math.max(1, vocabularySize - smallest));
  }
  return [...merges.values()];
}

/** All distinct words as rows of symbols in one array. */
class Words {
  readonly counts: Float64Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly symbols: Int32Array;

  constructor(wordCounts: ReadonlyMap<string, number>, symbolsOf: (word: string) => readonly number[]) {
    const size = wordCounts.size;
    this.counts = new Float64Array(size);
    this.starts = new Uint32Array(size);
    this.lengths = new Uint32Array(size);
    let symbols = new Int32Array(1 << 16);
    let index = 0;
    let at = 0;
    for (const [word, count] of wordCounts) {
      const parts = symbolsOf(word);
      this.counts[index] = count;
      this.starts[index] = at;
      this.lengths[index] = parts.length;
      if (at + parts.length > symbols.length) {
        const larger = new Int32Array(Math.max(symbols.length * 2, at + parts.length));
        larger.set(symbols);
        symbols = larger;
      }
      symbols.set(parts, at);
      at += parts.length;
      index++;
    }
    this.symbols = symbols;
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
