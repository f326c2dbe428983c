/** @file Finds among the files seen so far one that a new file is nearly equal to: locality-sensitive hashing in bands. */
import { BANDS, BINS, bandKey, estimateSimilarity, type MinhashSignature } from "./minhash";

export interface NearDuplicate {
  /** What `add` was called with. */
  of: number;
  similarity: number;
}

/** Files of one band and key that are compared at most; beyond it they are the commonest boilerplate. */
const MAX_CHAIN = 64;

/** About 0.7 KB a file. */
export class NearDuplicateIndex {
  private readonly heads: Map<number, number>[] = [];
  private ids = new Int32Array(1024);
  private bins = new Uint8Array(1024 * BINS);
  /** For each entry and band the entry before it with the same key, or -1. */
  private next = new Int32Array(1024 * BANDS);
  private count = 0;

  /** The most similar file that was added, from `threshold` on. */
  find(signature: MinhashSignature, threshold: number): NearDuplicate | null {
    let best: NearDuplicate | null = null;
    const seen = new Set<number>();
    for (let band = 0; band < BANDS; band++) {
      let entry = this.heads[band]?.get(bandKey(signature, band)) ?? -1;
      for (let length = 0; entry >= 0 && length < MAX_CHAIN; length++) {
        if (!seen.has(entry)) {
          seen.add(entry);
          const similarity = estimateSimilarity(signature, this.binsOf(entry));
          if (similarity >= threshold && similarity > (best?.similarity ?? 0))
            best = { of: this.ids[entry] as number, similarity };
        }
        entry = this.next[entry * BANDS + band] as number;
      }
    }
    return best;
  }

  /** `id` is any whole number below 2³¹. */
  add(id: number, signature: MinhashSignature): void {
    const entry = this.count++;
    if (entry === this.ids.length) this.grow();
    this.ids[entry] = id;
    this.bins.set(signature.subarray(0, BINS), entry * BINS);
    for (let band = 0; band < BANDS; band++) {
      const key = bandKey(signature, band);
      const heads = this.heads[band] ?? new Map<number, number>();
      this.heads[band] = heads;
      this.next[entry * BANDS + band] = heads.get(key) ?? -1;
      heads.set(key, entry);
    }
  }

  private binsOf(entry: number): Uint8Array {
    return this.bins.subarray(entry * BINS, (entry + 1) * BINS);
  }

  private grow(): void {
    const grown = <T extends Int32Array | Uint8Array>(old: T, make: (length: number) => T): T => {
      const larger = make(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.ids = grown(this.ids, (length) => new Int32Array(length));
    this.bins = grown(this.bins, (length) => new Uint8Array(length));
    this.next = grown(this.next, (length) => new Int32Array(length));
  }
}
