/** @file Bits per byte of a model over documents: what an ideal coder driven by the model would write. */

import type { DatasetDocument } from "@/lib/contracts/dataset";
import { IGNORE_LABEL, PADDING_SEGMENT } from "@/lib/contracts/prepared-blocks";
import type { Batch, TrainableModel } from "@/lib/engine/types";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";

export interface BitsPerByte {
  bitsPerByte: number;
  bytes: number;
  /** Tokens predicted: all of every document, and the end-of-text after it. */
  tokens: number;
  nats: number;
}

interface Window {
  tokens: Int32Array;
  /** Tokens before this index are context: another window has already paid for them. */
  firstCounted: number;
}

const ROWS_PER_BATCH = 8;

/**
 * The first token is predicted from end-of-text and the closing end-of-text is predicted too, so nothing is free and the
 * documents could be decoded again. A long document is read in windows that overlap by half, each token counted once.
 */
function windowsOf(ids: number[], contextLength: number): Window[] {
  const windows: Window[] = [];
  const stride = contextLength / 2;
  for (let start = 0; ; start += stride) {
    const tokens = Int32Array.from(ids.slice(start, start + contextLength));
    windows.push({ tokens, firstCounted: start === 0 ? 1 : contextLength - stride });
    if (start + contextLength >= ids.length) return windows;
  }
}

/** Fills rows with windows, first come first served; what is left of a row is padding. */
function* batchesOf(windows: Window[], contextLength: number, padTokenId: number): Generator<Batch> {
  const rows: Window[][] = [];
  let free = 0;
  for (const window of windows.toSorted((a, b) => b.tokens.length - a.tokens.length)) {
    if (window.tokens.length > free) {
      rows.push([]);
      free = contextLength;
    }
    rows.at(-1)?.push(window);
    free -= window.tokens.length;
  }
  for (let first = 0; first < rows.length; first += ROWS_PER_BATCH) {
    const size = ROWS_PER_BATCH * contextLength;
    const batch: Batch = {
      batchSize: ROWS_PER_BATCH,
      blockLength: contextLength,
      tokens: new Int32Array(size).fill(padTokenId),
      labels: new Int32Array(size).fill(IGNORE_LABEL),
      positions: new Int32Array(size),
      segments: new Int32Array(size).fill(PADDING_SEGMENT),
    };
    rows.slice(first, first + ROWS_PER_BATCH).forEach((row, index) => {
      let at = index * contextLength;
      row.forEach(({ tokens, firstCounted }, segment) => {
        for (let i = 0; i < tokens.length; i++, at++) {
          const token = tokens[i] as number;
          batch.tokens[at] = token;
          if (i >= firstCounted) batch.labels[at] = token;
          batch.positions[at] = i;
          batch.segments[at] = segment;
        }
      });
    });
    yield batch;
  }
}

/** @param contextLength tokens per window; even */
export async function measureBitsPerByte(
  model: TrainableModel,
  tokenizer: Tokenizer,
  documents: readonly DatasetDocument[],
  contextLength: number,
): Promise<BitsPerByte> {
  const windows = documents.flatMap(({ text }) => {
    const ids = tokenizer.encode(text, { specialTokens: "text" });
    return windowsOf([tokenizer.eosTokenId, ...ids, tokenizer.eosTokenId], contextLength);
  });
  let nats = 0;
  let tokens = 0;
  for (const batch of batchesOf(windows, contextLength, tokenizer.padTokenId)) {
    const { lossSum, tokenCount } = await model.evaluate(batch);
    nats += lossSum;
    tokens += tokenCount;
  }
  const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return { bitsPerByte: nats / Math.LN2 / bytes, bytes, tokens, nats };
}
