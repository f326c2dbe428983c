/** @file A text as pieces that become samples of at most so many tokens. */
import { isBorder } from "./is-border";

/** How much shorter than the estimate the next attempt is, and when there is no use in going on. */
const SHRINK = 0.9;
const MIN_CHARS = 8;

/**
 * Cuts at beginnings of lines where one lies in the second half of a piece. Together the pieces are the whole text.
 * @param tokens of the whole text, for the estimate
 * @param budget tokens that a piece may have, estimated
 * @param make what a piece becomes; null when it is too long after all, and a shorter one is tried
 * @param onPiece takes them in order; null for what does not fit however short, such as one character of many tokens
 */
export function cutText<T>(
  text: string,
  {
    tokens,
    budget,
    make,
    onPiece,
  }: {
    tokens: number;
    budget: number;
    make(start: number, end: number): T | null;
    onPiece(value: T | null, start: number, end: number): void;
  },
): void {
  const charsPerToken = text.length / Math.max(1, tokens);
  for (let start = 0; start < text.length; ) {
    let end = endOf(text, start, Math.floor(charsPerToken * budget));
    let value = make(start, end);
    while (value === null && end - start > MIN_CHARS) {
      const shorter = endOf(text, start, Math.floor((end - start) * SHRINK));
      // One character with a thousand combining marks is cut nowhere.
      if (shorter >= end) break;
      end = shorter;
      value = make(start, end);
    }
    onPiece(value, start, end);
    start = end;
  }
}

function endOf(text: string, start: number, size: number): number {
  let end = start + Math.max(1, size);
  if (end >= text.length) return text.length;
  const line = text.lastIndexOf("\n", end - 1) + 1;
  if (line > start + size / 2) return line;
  while (!isBorder(text, end)) end++;
  return end;
}
