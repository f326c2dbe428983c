/** @file Documents as rows of a batch, the way prepared blocks hold them. For tests. */
import type { Batch } from "../types";

/** @param rows the documents of each row; what they leave of `blockLength` is filler without loss */
export function packDocuments(rows: number[][][], blockLength: number): Batch {
  const size = rows.length * blockLength;
  const batch: Batch = {
    batchSize: rows.length,
    blockLength,
    tokens: new Int32Array(size),
    labels: new Int32Array(size).fill(-100),
    positions: new Int32Array(size),
    segments: new Int32Array(size).fill(-1),
  };
  rows.forEach((documents, row) => {
    let at = row * blockLength;
    documents.forEach((document, segment) => {
      document.forEach((token, position) => {
        batch.tokens[at] = token;
        batch.labels[at] = position === 0 ? -100 : token;
        batch.positions[at] = position;
        batch.segments[at] = segment;
        at++;
      });
    });
  });
  return batch;
}
