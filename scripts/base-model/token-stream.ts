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
  /** Documents of this epoch's order that lanes have taken. */
  taken: number;
  /** Rows read; row n comes from lane n mod LANES. */
  rows: number;
  /** What each lane is reading; -1 before its first document. */
  lanes: { document: number; offset: number }[];
}

/** Rows of a batch come from different documents: one long file must not fill whole steps by itself. */
const LANES = 128;

export const createCursor = (): StreamCursor => ({
  epoch: 0,
  taken: 0,
  rows: 0,
  lanes: Array.from({ length: LANES }, () => ({ document: -1, offset: 0 })),
});

export class TokenStream {
  private order: Int32Array;

  constructor(
    private readonly corpus: TokenizedCorpus,
    private readonly seed: number,
    readonly cursor: StreamCursor,
  ) {
    this.order = this.shuffled();
  }

  /** Reads on: the same seed, cursor and shapes give the same batches. */
  next(batchSize: number, blockLength: number): Batch {
    const size = batchSize * blockLength;
    const batch: Batch = {
      batchSize,
      blockLength,
      tokens: new Int32Array(size),
      labels: new Int32Array(size),
      positions: new Int32Array(size),
      segments: new Int32Array(size),
    };
    for (let row = 0; row < batchSize; row++) this.fillRow(batch, row * blockLength);
    return batch;
  }

  private fillRow(batch: Batch, rowStart: number): void {
    const lane = this.cursor.lanes[this.cursor.rows++ % LANES] as StreamCursor["lanes"][number];
    for (let filled = 0, segment = 0; filled < batch.blockLength; segment++) {
      if (lane.document < 0) this.takeDocument(lane);
      const start = (this.corpus.starts[lane.document] as number) + lane.offset;
      const end = this.corpus.starts[lane.document + 1] as number;
      const count = Math.min(end - start, batch.blockLength - filled);
      for (let i = 0; i < count; i++) {
        const at = rowStart + filled + i;
        const token = this.corpus.tokens[start + i] as number;
        batch.tokens[at] = token;
        batch.labels[at] = i === 0 ? IGNORE_LABEL : token;
        batch.positions[at] = i;
        batch.segments[at] = segment;
      }
      filled += count;
      lane.offset += count;
      if (start + count === end) lane.document = -1;
    }
  }

  private takeDocument(lane: StreamCursor["lanes"][number]): void {
    const { cursor } = this;
    if (cursor.taken === this.order.length) {
      cursor.taken = 0;
      cursor.epoch++;
      this.order = this.shuffled();
    }
    lane.document = this.order[cursor.taken++] as number;
    lane.offset = 0;
  }

  private shuffled(): Int32Array {
    const order = Int32Array.from({ length: this.corpus.starts.length - 1 }, (_, i) => i);
    return Rng.seeded(this.seed, this.cursor.epoch + 1).shuffle(order);
  }
}
