/**
 * @file Unigram language model (Kudo 2018): the cut of a word into pieces whose probabilities multiply to the most
 * (Viterbi). As in SentencePiece, an unknown character costs ten nats more than the rarest piece, and of equally good
 * cuts the one with the earlier beginning of the last piece is taken.
 */
import { PairTable } from "../pair-table";
import type { TokenizerFile } from "../tokenizer-file";
import { listByteIds } from "./character-bpe";
import type { WordEncoder } from "./word-encoder";

const UNKNOWN_PENALTY = 10;

/** Undefined where the vocabulary is not a list of pieces with scores. */
export function findUnigram(file: TokenizerFile): WordEncoder | undefined {
  const pieces: unknown = file.model.vocab;
  if (!Array.isArray(pieces)) return undefined;
  const scores = Float64Array.from(pieces as [string, number][], ([, score]) => score);
  const unknown = typeof file.model["unk_id"] === "number" ? file.model["unk_id"] : null;
  const byteIds = file.model["byte_fallback"] === true ? listByteIds(file.vocabulary) : null;
  const lattice = new UnigramLattice(
    (pieces as [string, number][]).map(([piece]) => piece),
    scores,
  );
  return (word) => {
    const ids: number[] = [];
    const unknownPart = (text: string) => {
      const bytes = byteIds === null ? [] : Array.from(Buffer.from(text), (byte) => byteIds[byte]);
      if (bytes.length > 0 && !bytes.includes(undefined)) ids.push(...(bytes as number[]));
      else if (unknown !== null) ids.push(unknown);
    };
    let unknownStart = -1;
    const cuts = lattice.cut(word);
    for (const [index, { start, id }] of cuts.entries()) {
      // Unknown characters in a row are one.
      if (id < 0) {
        if (unknownStart < 0) unknownStart = start;
        const next = cuts[index + 1];
        if (next !== undefined && next.id < 0) continue;
        unknownPart(word.slice(unknownStart, next?.start));
        unknownStart = -1;
      } else ids.push(id);
    }
    return ids;
  };
}

/** Pieces as a trie over UTF-16 code units. */
export class UnigramLattice {
  private readonly trie = new PairTable();
  /** Id of the piece that ends at a node, or -1; by the node's index in the table. */
  private ends: Int32Array;
  private readonly unknownScore: number;

  constructor(
    pieces: readonly string[],
    readonly scores: Float64Array,
  ) {
    const ends: number[] = [];
    let lowest = Number.POSITIVE_INFINITY;
    for (const [id, piece] of pieces.entries()) {
      lowest = Math.min(lowest, scores[id] as number);
      let node = -1;
      for (let i = 0; i < piece.length; i++) node = this.trie.indexOf(node, piece.charCodeAt(i));
      if (node >= 0) ends[node] = id;
    }
    this.ends = Int32Array.from({ length: this.trie.size }, (_, node) => ends[node] ?? -1);
    this.unknownScore = lowest - UNKNOWN_PENALTY;
  }

  /** Calls `visit` with the end and id of each piece that begins at `start`. */
  eachPiece(word: string, start: number, visit: (end: number, id: number) => void): void {
    let node = -1;
    for (let at = start; at < word.length; at++) {
      node = this.trie.find(node, word.charCodeAt(at));
      if (node < 0) return;
      const id = this.ends[node] as number;
      if (id >= 0) visit(at + 1, id);
    }
  }

  /** The best pieces of a word in order; id -1 is a character without a piece. */
  cut(word: string): { start: number; id: number }[] {
    const size = word.length;
    const best = new Float64Array(size + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(size + 1).fill(-1);
    const piece = new Int32Array(size + 1).fill(-1);
    best[0] = 0;
    for (let start = 0; start < size; ) {
      const width = (word.codePointAt(start) as number) > 0xffff ? 2 : 1;
      const here = best[start] as number;
      let hasSingle = false;
      const offer = (end: number, id: number, score: number) => {
        if ((from[end] as number) >= 0 && here + score <= (best[end] as number)) return;
        best[end] = here + score;
        from[end] = start;
        piece[end] = id;
      };
      this.eachPiece(word, start, (end, id) => {
        offer(end, id, this.scores[id] as number);
        if (end === start + width) hasSingle = true;
      });
      if (!hasSingle) offer(start + width, -1, this.unknownScore);
      start += width;
    }
    const result: { start: number; id: number }[] = [];
    for (let end = size; end > 0; end = from[end] as number)
      result.push({ start: from[end] as number, id: piece[end] as number });
    return result.reverse();
  }
}
