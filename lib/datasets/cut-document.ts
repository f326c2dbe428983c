/** @file Cutting a document's tokens into pieces that fit a block. */

/** Tokens start … start + length - 1 of the document. */
export interface Piece {
  start: number;
  length: number;
  /** Tokens at the front that get no loss: the prompt's, and always the piece's first. */
  masked: number;
}

/**
 * Without a prompt the pieces begin at the document's start; no piece has a single token, since a piece's first token
 * gets no loss. With a prompt they end at the document's end, so that the completion has as much of the prompt before it
 * as fits, and pieces of nothing but prompt are dropped.
 * @param length tokens of the document, end-of-text included
 * @param promptLength of these, tokens of the prompt
 */
export function cutDocument(length: number, promptLength: number, blockLength: number): Piece[] {
  const sizes: number[] = [];
  for (let rest = length; rest > 0; ) {
    const size = Math.min(rest, blockLength);
    sizes.push(rest - size === 1 && size > 2 ? size - 1 : size);
    rest -= sizes.at(-1) as number;
  }
  if (promptLength > 0) sizes.reverse();
  const pieces: Piece[] = [];
  let start = 0;
  for (const size of sizes) {
    const masked = Math.min(size, Math.max(1, promptLength - start));
    if (masked < size) pieces.push({ start, length: size, masked });
    start += size;
  }
  return pieces;
}
