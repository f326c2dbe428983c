/** @file Seeded random numbers whose whole state is four integers: xoshiro128** 1.1 (https://prng.di.unimi.it/). */

export type RngState = readonly [number, number, number, number];

/** Bit-identical on every machine for `uint32`, `uniform` and `shuffle`. */
export class Rng {
  private readonly s: Uint32Array;

  private constructor(state: Uint32Array) {
    this.s = state;
  }

  /** `stream` gives independent generators from one seed (an epoch, a layer). */
  static seeded(seed: number, stream = 0): Rng {
    // SplitMix32 spreads the seed over the state, as the authors of xoshiro advise; it never gives four zeros here.
    let x = (seed ^ Math.imul(stream, 0x9e3779b1)) >>> 0;
    let y = Math.floor(seed / 2 ** 32) ^ (stream + 0x6a09e667);
    const state = new Uint32Array(4);
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      y = Math.imul(y ^ (y >>> 15), 0x2c1b3c6d) ^ x;
      let z = x ^ y;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      state[i] = z ^ (z >>> 16);
    }
    if (state.every((word) => word === 0)) state[0] = 1;
    return new Rng(state);
  }

  get state(): RngState {
    return [this.s[0] as number, this.s[1] as number, this.s[2] as number, this.s[3] as number];
  }

  /** Continues from a saved state. */
  restore(state: RngState): void {
    this.s.set(state);
  }

  uint32(): number {
    const s = this.s;
    const s1 = s[1] as number;
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    s[2] = (s[2] as number) ^ (s[0] as number);
    s[3] = (s[3] as number) ^ s1;
    s[1] = s1 ^ (s[2] as number);
    s[0] = (s[0] as number) ^ (s[3] as number);
    s[2] = (s[2] as number) ^ (s1 << 9);
    const s3 = s[3] as number;
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** As many calls of `uint32` as there is room for, in a fraction of their time: the state stays in registers. */
  fillUint32(target: Uint32Array): Uint32Array {
    let [s0, s1, s2, s3] = this.s as unknown as [number, number, number, number];
    for (let i = 0; i < target.length; i++) {
      const times5 = Math.imul(s1, 5);
      target[i] = Math.imul((times5 << 7) | (times5 >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    this.s.set([s0, s1, s2, s3]);
    return target;
  }

  /** In [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A whole number in [0, bound), without bias. */
  below(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** Standard normal (Box–Muller; the second value is dropped so that the state stays four integers). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Fisher–Yates, in place. */
  shuffle<T extends Int32Array | unknown[]>(values: T): T {
    const list = values as { [index: number]: unknown };
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = list[i];
      list[i] = list[j];
      list[j] = held;
    }
    return values;
  }
}
