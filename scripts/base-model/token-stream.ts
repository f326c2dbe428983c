/**
 * @file The training text as tokens, and endless batches of it. In the format of prepared blocks: a document is
 * end-of-text, its tokens, end-of-text; documents follow one another without padding, are cut at the ends of blocks, and
 * every piece is a segment of its own with positions from 0.
 */
import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import { Rng } from "@/lib/engine/optim/rng";
import type { Batch } from "@/lib/engine/types";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { readCorpus } from "./read-corpus";

export interface TokenizedCorpus {
  /** All documents, one after another. */
  tokens: Uint16Array;
  /** Where each document begins, and the end of the last. */
  starts: Uint32Array;
  bytes: number;
}

export async function tokenizeCorpus(corpusDir: string, tokenizer: Tokenizer): Promise<TokenizedCorpus> {
  let tokens = new Uint16Array(1 << 22);
  let length = 0;
  let bytes = 0;
  const starts = [0];
  for await (const { text } of readCorpus(corpusDir, "train")) {
    const ids = [tokenizer.eosTokenId, ...tokenizer.encode(text, { specialTokens: "text" }), tokenizer.eosTokenId];
    if (length + ids.length > tokens.length) {
      const grown = new Uint16Array(Math.max(tokens.length * 2, length + ids.length));
      grown.set(tokens);
      tokens = grown;
    }
    tokens.set(ids, length);
    length += ids.length;
    starts.push(length);
    bytes += Buffer.byteLength(text);
  }
  return { tokens: tokens.slice(0, length), starts: Uint32Array.from(starts), bytes };
}

export interface StreamCursor {
  epoch: number;
  /** Place in the epoch's order of documents. */
  index: number;
  /** Token inside that document. */
  offset: number;
}

export class TokenStream {
  private order: Int32Array;

  constructor(
    private readonly corpus: TokenizedCorpus,
    private readonly seed: number,
    readonly cursor: StreamCursor = { epoch: 0, index: 0, offset: 0 },
  ) {
    this.order = this.shuffled();
  }

  /** Reads on: the same seed and cursor give the same batches, whatever shapes were asked for before. */
  next(batchSize: number, blockLength: number): Batch {
    const size = batchSize * blockLength;
    const tokens = new Int32Array(size);
    const labels = new Int32Array(size);
    const positions = new Int32Array(size);
    const segments = new Int32Array(size);
    for (let row = 0; row < batchSize; row++) {
      let segment = 0;
      for (let filled = 0; filled < blockLength; segment++) {
        const document = this.order[this.cursor.index] as number;
        const start = (this.corpus.starts[document] as number) + this.cursor.offset;
        const end = this.corpus.starts[document + 1] as number;
        const count = Math.min(end - start, blockLength - filled);
        for (let i = 0; i < count; i++) {
          const at = row * blockLength + filled + i;
          const token = this.corpus.tokens[start + i] as number;
          tokens[at] = token;
          labels[at] = i === 0 ? IGNORE_LABEL : token;
          positions[at] = i;
          segments[at] = segment;
        }
        filled += count;
        this.advance(count, start + count === end);
      }
    }
    return { batchSize, blockLength, tokens, labels, positions, segments };
  }

  private advance(count: number, isDocumentDone: boolean): void {
    const { cursor } = this;
    cursor.offset += count;
    if (!isDocumentDone) return;
    cursor.offset = 0;
    cursor.index++;
    if (cursor.index < this.order.length) return;
    cursor.index = 0;
    cursor.epoch++;
    this.order = this.shuffled();
  }

  private shuffled(): Int32Array {
    const order = Int32Array.from({ length: this.corpus.starts.length - 1 }, (_, i) => i);
    return Rng.seeded(this.seed, this.cursor.epoch + 1).shuffle(order);
  }
}
