/** @file Merging one word's bytes into tokens: the lowest rank first, the leftmost of equals. */
import { PairTable } from "./pair-table";

/** Up to this many symbols a plain scan is faster than the heap; beyond, it would be quadratic. */
const SCAN_LIMIT = 48;
/** Positions fill the low bits of a heap key, ranks the high ones: 2^27 bytes and 2^26 ranks fit a double exactly. */
const POSITIONS = 2 ** 27;

export class BytePairEncoder {
  private readonly table: PairTable;
  private readonly ranks: Int32Array;
  private readonly results: Int32Array;

  /** @param merges rows of [left id, right id, merged id], best rank first; of equal pairs the last counts. */
  constructor(merges: readonly (readonly [number, number, number])[]) {
    this.table = new PairTable(2 ** Math.ceil(Math.log2(Math.max(16, merges.length))));
    this.ranks = new Int32Array(merges.length);
    this.results = new Int32Array(merges.length);
    for (const [rank, [left, right, merged]] of merges.entries()) {
      const index = this.table.indexOf(left, right);
      this.ranks[index] = rank;
      this.results[index] = merged;
    }
  }

  /** Merges in place; returns how many symbols are left at the front of `symbols`. */
  merge(symbols: Int32Array): number {
    return symbols.length <= SCAN_LIMIT ? this.mergeByScan(symbols) : this.mergeByHeap(symbols);
  }

  private mergeByScan(symbols: Int32Array): number {
    let length = symbols.length;
    while (length > 1) {
      let best = -1;
      let bestRank = Number.POSITIVE_INFINITY;
      let bestAt = -1;
      for (let i = 0; i + 1 < length; i++) {
        const index = this.table.find(symbols[i] as number, symbols[i + 1] as number);
        if (index >= 0 && (this.ranks[index] as number) < bestRank) {
          best = index;
          bestRank = this.ranks[index] as number;
          bestAt = i;
        }
      }
      if (best < 0) break;
      symbols[bestAt] = this.results[best] as number;
      symbols.copyWithin(bestAt + 1, bestAt + 2, length);
      length--;
    }
    return length;
  }

  private mergeByHeap(symbols: Int32Array): number {
    const size = symbols.length;
    if (size >= POSITIONS) throw new RangeError(`a word of ${size} bytes is too long to encode`);
    // A doubly linked list over positions; a merged-away position has next = -2.
    const next = new Int32Array(size);
    const previous = new Int32Array(size);
    const heap = new NumberHeap();
    const offer = (at: number) => {
      const right = next[at] as number;
      if (right < 0) return;
      const index = this.table.find(symbols[at] as number, symbols[right] as number);
      if (index >= 0) heap.push((this.ranks[index] as number) * POSITIONS + at);
    };
    for (let i = 0; i < size; i++) {
      next[i] = i + 1 < size ? i + 1 : -1;
      previous[i] = i - 1;
    }
    for (let i = 0; i < size; i++) offer(i);
    for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
      const at = key % POSITIONS;
      const rank = (key - at) / POSITIONS;
      const right = next[at] as number;
      if (right < 0) continue;
      const index = this.table.find(symbols[at] as number, symbols[right] as number);
      if (index < 0 || this.ranks[index] !== rank) continue;
      symbols[at] = this.results[index] as number;
      const after = next[right] as number;
      next[at] = after;
      next[right] = -2;
      if (after >= 0) previous[after] = at;
      offer(at);
      if ((previous[at] as number) >= 0) offer(previous[at] as number);
    }
    let to = 0;
    for (let at = 0; at >= 0; at = next[at] as number) symbols[to++] = symbols[at] as number;
    return to;
  }
}

/** Binary heap of numbers, smallest first. */
class NumberHeap {
  private readonly items: number[] = [];

  push(value: number): void {
    const items = this.items;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] as number) <= value) break;
      items[at] = items[parent] as number;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as number) < (items[child] as number)) child++;
      if ((items[child] as number) >= last) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
