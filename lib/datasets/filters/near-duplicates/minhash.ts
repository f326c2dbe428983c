/**
 * @file Signatures whose agreement estimates the Jaccard similarity of two files' token shingles: one-permutation
 * MinHash (Li, Owen, Zhang 2012), a single pass over the text. Of each bin's minimum 8 bits are kept (b-bit minwise
 * hashing, Li and König 2010): 512 bytes a file.
 */

export const BINS = 512;
const BIN_BITS = 9;
/** Tokens in a shingle. */
const SHINGLE = 5;
/** A file with fewer is too short to be called similar to anything. */
export const MIN_SHINGLES = 12;

/**
 * 576 bytes. The first 512: 8 bits of each bin's minimum, 1 to 255, 0 for an empty bin. Then 16 band keys of 4 bytes, little
 * endian, of which similar files have at least one in common with high probability. One array, since a hundred thousand
 * of them are held at a time.
 */
export type MinhashSignature = Uint8Array;
export const BANDS = 16;
export const SIGNATURE_BYTES = BINS + BANDS * 4;

const ROWS = 4;
/** A band is made of coarser bins, each the minimum of some fine ones: short files leave fewer of them empty. */
const FINE_PER_COARSE = BINS / (BANDS * ROWS);
const EMPTY = 0xffffffff;

const minima = new Uint32Array(BINS);
const ring = new Uint32Array(SHINGLE);

const mix = (value: number): number => {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** Null for a text of fewer than MIN_SHINGLES shingles. Tokens are words, numbers and single other signs; white space is none. */
export function minhashSignature(text: string): MinhashSignature | null {
  minima.fill(EMPTY);
  let tokens = 0;
  let word = 0;
  const push = (hash: number) => {
    ring[tokens % SHINGLE] = hash;
    tokens++;
    if (tokens < SHINGLE) return;
    let h = 0x9e3779b9;
    for (let i = 0; i < SHINGLE; i++)
      h = Math.imul(h ^ (ring[(tokens + i) % SHINGLE] as number), 0x01000193) + 0x7f4a7c15;
    const value = mix(h);
    const bin = value >>> (32 - BIN_BITS);
    const rest = (value << BIN_BITS) >>> 0;
    if (rest < (minima[bin] as number)) minima[bin] = rest;
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isWord =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code > 127;
    if (isWord) {
      word = (Math.imul(word, 31) + code + 1) | 0;
      continue;
    }
    if (word !== 0) push(mix(word));
    word = 0;
    if (code > 32) push(mix(code + 0x10000));
  }
  if (word !== 0) push(mix(word));
  return tokens - SHINGLE + 1 < MIN_SHINGLES ? null : packSignature();
}

function packSignature(): MinhashSignature {
  const signature = new Uint8Array(SIGNATURE_BYTES);
  for (let i = 0; i < BINS; i++) {
    const value = minima[i] as number;
    signature[i] = value === EMPTY ? 0 : (mix(value) % 255) + 1;
  }
  const view = new DataView(signature.buffer, BINS);
  for (const [band, key] of bandKeys().entries()) view.setUint32(band * 4, key, true);
  return signature;
}

export function bandKey(signature: MinhashSignature, band: number): number {
  const at = BINS + band * 4;
  const byte = (i: number) => signature[at + i] as number;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}

/** Empty coarse bins borrow from the next full one, so that two short files borrow alike (Shrivastava and Li 2014). */
function bandKeys(): Uint32Array {
  const coarse = new Uint32Array(BANDS * ROWS);
  for (let i = 0; i < coarse.length; i++) {
    let least = EMPTY;
    for (let k = 0; k < FINE_PER_COARSE; k++) {
      const value = minima[i * FINE_PER_COARSE + k] as number;
      // The bin's number belongs to the hash: the same rest in two bins is not the same shingle.
      if (value !== EMPTY) least = Math.min(least, mix(value ^ (i * FINE_PER_COARSE + k)));
    }
    coarse[i] = least;
  }
  const keys = new Uint32Array(BANDS);
  for (let band = 0; band < BANDS; band++) {
    let key = band + 1;
    for (let row = 0; row < ROWS; row++) {
      let at = band * ROWS + row;
      let borrowed = 0;
      while (coarse[at] === EMPTY && borrowed < coarse.length) {
        at = (at + 1) % coarse.length;
        borrowed++;
      }
      key = mix(Math.imul(key, 0x01000193) ^ (coarse[at] as number) ^ borrowed);
    }
    keys[band] = key;
  }
  return keys;
}

/** Estimated Jaccard similarity; its standard deviation at 0.85 is about 0.016 for files that fill the bins. */
export function estimateSimilarity(a: Uint8Array, b: Uint8Array): number {
  let equal = 0;
  let full = 0;
  for (let i = 0; i < BINS; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    if (x === 0 && y === 0) continue;
    full++;
    if (x === y) equal++;
  }
  if (full === 0) return 0;
  // One of 255 pairs of different minima agrees by chance.
  return Math.max(0, (equal / full - 1 / 255) / (1 - 1 / 255));
}
