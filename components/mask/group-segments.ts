import type { MaskToken } from "@/lib/contracts/dataset";

export interface Segment {
  /** Document of the block; -1 is padding. */
  segment: number;
  /** Position of its first token in the block. */
  start: number;
  tokens: MaskToken[];
}

/** Runs of tokens of the same document, in block order. */
export function groupSegments(tokens: MaskToken[]): Segment[] {
  const segments: Segment[] = [];
  for (const [index, token] of tokens.entries()) {
    const last = segments.at(-1);
    if (last?.segment === token.segment) last.tokens.push(token);
    else segments.push({ segment: token.segment, start: index, tokens: [token] });
  }
  return segments;
}
