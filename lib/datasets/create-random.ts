import { createHash } from "node:crypto";

/**
 * Numbers in [0, 1) that depend on the words alone: splitmix32 (Steele, Lea & Flood 2014, with 32 bits), begun with a
 * sha256 of them. For choices, not for secrets.
 */
export function createRandom(...words: (string | number)[]): () => number {
  let state = createHash("sha256").update(JSON.stringify(words)).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
