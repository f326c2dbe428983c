/**
 * @file Unigram (Kudo 2018): frequent substrings of words as seeds, probabilities by EM over all cuts of every word
 * (forward and backward sums on the lattice, and the digamma of expected counts, as SentencePiece does), and in turns
 * the pieces left out that cost the corpus least, until the vocabulary has its size.
 */
import { compilePreTokenizer } from "./compile-pre-tokenizer";
import { countWords } from "./count-words";
import { createPause } from "./create-pause";
import { UnigramLattice } from "./models/unigram";
import { checkTrainOptions, newTokenizerFile, type TokenizerJson } from "./new-tokenizer-file";
import type { TrainOptions } from "./train-bpe";

export const UNIGRAM_UNKNOWN = "<unk>";
const MAX_PIECE_CHARS = 16;
const MAX_SEEDS = 300_000;
const SEED_FACTOR = 8;
/** Substrings are counted in so many of the commonest words: the rest is rare and long. */
const MAX_SEED_WORDS = 150_000;
const MAX_COUNTED = 4_000_000;
const EM_STEPS = 2;
const KEPT_SHARE = 0.75;
/** Expected counts below this are no piece. */
const LEAST_EXPECTED = 0.5;
const MAX_WORD_CHARS = 200;
/** Eight decimals. */
const SCORE_STEPS = 1e8;

type Piece = [piece: string, score: number];

/** Errors: as of trainBpe. */
export async function trainUnigram(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainOptions,
): Promise<TokenizerJson> {
  const specialTokens = [UNIGRAM_UNKNOWN, ...options.specialTokens.filter((token) => token !== UNIGRAM_UNKNOWN)];
  checkTrainOptions({ ...options, specialTokens }, specialTokens.length + 1);
  const pause = createPause(options.signal);
  const split = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  const preTokenizer = compilePreTokenizer(split, "the tokenizer");
  if (preTokenizer === undefined) throw new Error("Metaspace is not handled");
  const counted = await countWords(texts, preTokenizer, pause);
  const words = [...counted]
    .flatMap(([word, count]) => chunks(word).map((part) => [part, count] as const))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

  const room = options.vocabularySize - specialTokens.length;
  let pieces = await seed(words, room, options.minFrequency ?? 2, pause);
  const characters = new Set(pieces.filter(([piece]) => isCharacter(piece)).map(([piece]) => piece));
  // A tenth more than is wanted, since EM drops pieces too; the likeliest of them are taken at the end.
  const target = Math.ceil(room * 1.1);
  const first = Math.max(1, pieces.length - target);
  while (true) {
    for (let step = 0; step < EM_STEPS; step++) pieces = await improve(pieces, words, characters, pause);
    options.onProgress?.(Math.min(1, 1 - (pieces.length - target) / first));
    if (pieces.length <= target) break;
    pieces = await prune(pieces, words, characters, Math.max(target, Math.floor(pieces.length * KEPT_SHARE)), pause);
  }
  const byScore = ([a, m]: Piece, [b, n]: Piece) => n - m || (a < b ? -1 : 1);
  const single = pieces.filter(([piece]) => characters.has(piece));
  const longer = pieces.filter(([piece]) => !characters.has(piece)).sort(byScore);
  const sorted = [...single, ...longer].slice(0, room).sort(byScore);
  // Short decimals: Python's library reads longer ones a bit wrong in the last place, which decides between equal cuts.
  const written = sorted.map(([piece, score]): Piece => [piece, Math.round(score * SCORE_STEPS) / SCORE_STEPS]);
  const vocab: Piece[] = [...specialTokens.map((token): Piece => [token, 0]), ...written];
  return newTokenizerFile(specialTokens, {
    pre_tokenizer: split,
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 0, vocab, byte_fallback: false },
  });
}

const isCharacter = (piece: string): boolean => [...piece].length === 1;

/** Long words in parts, so that the lattice of one stays small. */
function chunks(word: string): string[] {
  if (word.length <= MAX_WORD_CHARS) return [word];
  const chars = [...word];
  return Array.from({ length: Math.ceil(chars.length / MAX_WORD_CHARS) }, (_, i) =>
    chars.slice(i * MAX_WORD_CHARS, (i + 1) * MAX_WORD_CHARS).join(""),
  );
}

type Words = readonly (readonly [word: string, count: number])[];
type Pause = () => Promise<boolean>;

/** All characters (as far as there is room), and the substrings with the most characters covered. */
async function seed(words: Words, room: number, minFrequency: number, pause: Pause): Promise<Piece[]> {
  const characters = new Map<string, number>();
  const substrings = new Map<string, number>();
  for (const [index, [word, count]] of words.entries()) {
    const chars = [...word];
    for (const char of chars) characters.set(char, (characters.get(char) ?? 0) + count);
    if (index >= MAX_SEED_WORDS) continue;
    for (let start = 0; start < chars.length; start++) {
      let text = chars[start] as string;
      for (let end = start + 1; end < Math.min(chars.length, start + MAX_PIECE_CHARS); end++) {
        text += chars[end];
        const known = substrings.get(text);
        if (known !== undefined) substrings.set(text, known + count);
        else if (substrings.size < MAX_COUNTED) substrings.set(text, count);
      }
    }
    await pause();
  }
  const byGain = (a: readonly [string, number], b: readonly [string, number]) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
  const single = [...characters].sort(byGain).slice(0, room);
  const longer = [...substrings]
    .filter(([, count]) => count >= minFrequency)
    .map(([text, count]) => [text, count * text.length] as const)
    .sort(byGain)
    .slice(0, Math.min(MAX_SEEDS, room * SEED_FACTOR));
  const all = [...single, ...longer];
  const total = all.reduce((sum, [, gain]) => sum + gain, 0);
  return all.map(([text, gain]) => [text, Math.log(gain) - Math.log(total)]);
}

const latticeOf = (pieces: readonly Piece[]) =>
  new UnigramLattice(
    pieces.map(([piece]) => piece),
    Float64Array.from(pieces, ([, score]) => score),
  );

/** One step of EM. */
async function improve(pieces: Piece[], words: Words, characters: Set<string>, pause: Pause): Promise<Piece[]> {
  const lattice = latticeOf(pieces);
  const expected = new Float64Array(pieces.length);
  for (const [word, count] of words) {
    addExpected(lattice, word, count, expected);
    await pause();
  }
  const kept = pieces.flatMap(([piece], id): Piece[] => {
    const times = expected[id] as number;
    if (times >= LEAST_EXPECTED) return [[piece, times]];
    return characters.has(piece) ? [[piece, LEAST_EXPECTED]] : [];
  });
  const total = digamma(kept.reduce((sum, [, times]) => sum + times, 0));
  return kept.map(([piece, times]) => [piece, digamma(times) - total]);
}

/** Adds `count` times the probability of each piece at each place of the word. */
function addExpected(lattice: UnigramLattice, word: string, count: number, expected: Float64Array): void {
  const size = word.length;
  const forward = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
  const backward = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
  forward[0] = 0;
  backward[size] = 0;
  for (let start = 0; start < size; start++) {
    const here = forward[start] as number;
    if (here === Number.NEGATIVE_INFINITY) continue;
    lattice.eachPiece(word, start, (end, id) => {
      forward[end] = logSum(forward[end] as number, here + (lattice.scores[id] as number));
    });
  }
  const whole = forward[size] as number;
  if (!Number.isFinite(whole)) return;
  for (let start = size - 1; start >= 0; start--) {
    lattice.eachPiece(word, start, (end, id) => {
      const after = (backward[end] as number) + (lattice.scores[id] as number);
      backward[start] = logSum(backward[start] as number, after);
      expected[id] = (expected[id] as number) + count * Math.exp((forward[start] as number) + after - whole);
    });
  }
}

function logSum(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  const high = Math.max(a, b);
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** Keeps characters, and the pieces without which the best cuts would lose the most. */
async function prune(
  pieces: Piece[],
  words: Words,
  characters: Set<string>,
  size: number,
  pause: Pause,
): Promise<Piece[]> {
  const lattice = latticeOf(pieces);
  const used = new Float64Array(pieces.length);
  for (const [word, count] of words) {
    for (const { id } of lattice.cut(word)) if (id >= 0) used[id] = (used[id] as number) + count;
    await pause();
  }
  const losses = pieces.map(([piece, score], id) => {
    if (characters.has(piece)) return Number.POSITIVE_INFINITY;
    return (used[id] as number) * (score - bestWithout(lattice, piece, id));
  });
  const order = pieces.map((_, id) => id).sort((a, b) => (losses[b] as number) - (losses[a] as number) || a - b);
  const kept = new Set(order.slice(0, size));
  return pieces.filter((_, id) => kept.has(id));
}

/** The best cut of a piece into others. */
function bestWithout(lattice: UnigramLattice, piece: string, own: number): number {
  const best = new Float64Array(piece.length + 1).fill(Number.NEGATIVE_INFINITY);
  best[0] = 0;
  for (let start = 0; start < piece.length; start++) {
    const here = best[start] as number;
    if (here === Number.NEGATIVE_INFINITY) continue;
    lattice.eachPiece(piece, start, (end, id) => {
      if (id !== own) best[end] = Math.max(best[end] as number, here + (lattice.scores[id] as number));
    });
  }
  return best[piece.length] as number;
}

/** ψ(x) for x > 0: the recurrence up to 7, then the asymptotic series (Abramowitz and Stegun 6.3.18). */
function digamma(value: number): number {
  let x = value;
  let sum = 0;
  for (; x < 7; x++) sum -= 1 / x;
  const y = 1 / (x * x);
  return sum + Math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y / 240)));
}
