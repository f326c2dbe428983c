/** @file Counts of symbol pairs: an open-addressing hash table in typed arrays, several times faster than a Map here. */

export class PairTable {
  /** Pairs stored so far; their indices are 0 … size - 1, in the order of first appearance. */
  size = 0;
  left: Int32Array;
  right: Int32Array;
  counts: Float64Array;
  private slots: Int32Array;
  private mask: number;

  constructor(capacity = 1 << 16) {
    this.left = new Int32Array(capacity);
    this.right = new Int32Array(capacity);
    this.counts = new Float64Array(capacity);
    this.slots = new Int32Array(capacity * 2).fill(-1);
    this.mask = capacity * 2 - 1;
  }

  /** Index of the pair, or -1. */
  find(left: number, right: number): number {
    return this.slots[this.slotOf(left, right)] as number;
  }

  /** Index of the pair; it is added with count 0 when new. */
  indexOf(left: number, right: number): number {
    const found = this.find(left, right);
    if (found >= 0) return found;
    if (this.size === this.left.length) this.grow();
    const index = this.size++;
    this.left[index] = left;
    this.right[index] = right;
    this.slots[this.slotOf(left, right)] = index;
    return index;
  }

  /** The pair's slot, or the free one where it belongs. */
  private slotOf(left: number, right: number): number {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    for (;;) {
      const index = this.slots[slot] as number;
      if (index < 0 || (this.left[index] === left && this.right[index] === right)) return slot;
      slot = (slot + 1) & this.mask;
    }
  }

  private grow(): void {
    const capacity = this.left.length * 2;
    const left = new Int32Array(capacity);
    const right = new Int32Array(capacity);
    const counts = new Float64Array(capacity);
    left.set(this.left);
    right.set(this.right);
    counts.set(this.counts);
    this.left = left;
    this.right = right;
    this.counts = counts;
    this.slots = new Int32Array(capacity * 2).fill(-1);
    this.mask = capacity * 2 - 1;
    for (let index = 0; index < this.size; index++) {
      this.slots[this.slotOf(left[index] as number, right[index] as number)] = index;
    }
  }
}
