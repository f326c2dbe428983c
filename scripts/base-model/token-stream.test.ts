import { expect, test } from "vitest";
import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import { createCursor, type TokenizedCorpus, TokenStream } from "./token-stream";

/** Documents of 3, 40, 1 … tokens; every token's value is its own place in the corpus. */
function numberedCorpus(lengths: number[]): TokenizedCorpus {
  const starts = [0];
  let total = 0;
  for (const length of lengths) {
    total += length;
    starts.push(total);
  }
  return { tokens: Uint16Array.from({ length: total }, (_, i) => i), starts: Uint32Array.from(starts), bytes: total };
}

const corpus = numberedCorpus(Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % 90)));
const documentOf = (token: number) => corpus.starts.findLastIndex((start) => start <= token);

test("pieces are consecutive tokens of one document, with positions from 0 and no loss on the first", () => {
  const stream = new TokenStream(corpus, 1, createCursor());
  for (const blockLength of [16, 64]) {
    const { tokens, labels, positions, segments } = stream.next(8, blockLength);
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] as number;
      const continues = at % blockLength !== 0 && segments[at] === segments[at - 1];
      if (continues) {
        expect(token).toBe((tokens[at - 1] as number) + 1);
        expect(documentOf(token)).toBe(documentOf(token - 1));
        expect(positions[at]).toBe((positions[at - 1] as number) + 1);
        expect(labels[at]).toBe(token);
      } else {
        expect(positions[at]).toBe(0);
        expect(labels[at]).toBe(IGNORE_LABEL);
      }
    }
  }
});

test("no token comes twice before the documents begin again", () => {
  const stream = new TokenStream(corpus, 1, createCursor());
  const seen = new Set<number>();
  for (let batch = stream.next(4, 16); stream.cursor.epoch === 0; batch = stream.next(4, 16)) {
    for (const token of batch.tokens) {
      expect(seen.has(token)).toBe(false);
      seen.add(token);
    }
  }
  expect(seen.size).toBeGreaterThan(corpus.tokens.length / 2);
});

test("a copy of the cursor reads on exactly where the stream was", () => {
  const stream = new TokenStream(corpus, 3, createCursor());
  for (let i = 0; i < 40; i++) stream.next(8, 32);
  const resumed = new TokenStream(corpus, 3, structuredClone(stream.cursor));
  for (let i = 0; i < 40; i++) expect(resumed.next(8, 64)).toEqual(stream.next(8, 64));
});

test("one long document does not fill a batch", () => {
  const stream = new TokenStream(numberedCorpus([5000, ...Array.from({ length: 200 }, () => 50)]), 1, createCursor());
  for (let i = 0; i < 10; i++) {
    const rows = stream.next(8, 64).tokens.filter((token, at) => at % 64 === 0 && token < 5000);
    expect(rows.length).toBeLessThanOrEqual(1);
  }
});
