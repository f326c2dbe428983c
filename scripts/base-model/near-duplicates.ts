/** @file Finds near-identical documents by the smallest hashes of their word shingles (bottom-k sketches). */

const SHINGLE_WORDS = 6;
const SKETCH_SIZE = 64;

/** 32-bit FNV-1a over UTF-16 code units, enough to tell shingles apart. */
function hash(words: readonly string[], start: number): number {
  let value = 0x811c9dc5;
  for (let index = start; index < start + SHINGLE_WORDS; index++) {
    const word = words[index] ?? "";
    for (let i = 0; i < word.length; i++) value = Math.imul(value ^ word.charCodeAt(i), 0x01000193);
    value = Math.imul(value ^ 32, 0x01000193);
  }
  // FNV's low bits are weak for a minimum; mix once.
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

export function sketchOf(text: string): number[] {
  const words = text.match(/[A-Za-z_$][\w$]*|[0-9]+|[^\s\w]/g) ?? [];
  const hashes = new Set<number>();
  for (let start = 0; start + SHINGLE_WORDS <= words.length; start++) hashes.add(hash(words, start));
  return [...Uint32Array.from(hashes).sort().subarray(0, SKETCH_SIZE)];
}

/** Remembers sketches; asks how much of a new one was seen in the most similar old one. */
export class SketchIndex {
  private readonly owners = new Map<number, number[]>();
  private size = 0;

  add(sketch: readonly number[]): void {
    const id = this.size++;
    for (const value of sketch) {
      const owners = this.owners.get(value);
      if (owners === undefined) this.owners.set(value, [id]);
      else owners.push(id);
    }
  }

  /** 0…1: share of this sketch found in the one earlier document that shares most of it. */
  similarity(sketch: readonly number[]): number {
    const shared = new Map<number, number>();
    let most = 0;
    for (const value of sketch) {
      for (const owner of this.owners.get(value) ?? []) {
        const count = (shared.get(owner) ?? 0) + 1;
        shared.set(owner, count);
        if (count > most) most = count;
      }
    }
    return sketch.length === 0 ? 0 : most / sketch.length;
  }
}
