/**
 * @file Block-wise dynamic quantisation to 8 bits (Dettmers et al. 2022, "8-bit Optimizers via Block-wise Quantization",
 * https://arxiv.org/abs/2110.02861, sections 2 and 3): 256 fixed values in [−1, 1] with about equal relative precision
 * over seven decades, scaled by the largest magnitude of each block.
 *
 * The map, as the authors' bitsandbytes builds it: decade i = 0 … 6 divides [0.1, 1] · 10^(i − 6) into 2^i equal parts
 * (2^(i + 1) without negative values) and holds their middles; with signs, their negatives too; then 0 and 1.
 */

/** Values that share a scale. bitsandbytes' size; the paper's 2,048 saves another 1 % and errs more. */
export const BLOCK_SIZE = 256;
const DECADES = 7;

/** The 256 values of a code, ascending. */
function buildMap(isSigned: boolean): Float32Array {
  const values = [0, 1];
  for (let decade = 0; decade < DECADES; decade++) {
    const parts = 2 ** (isSigned ? decade : decade + 1);
    for (let part = 0; part < parts; part++) {
      const middle = (0.1 + (0.9 * (part + 0.5)) / parts) * 10 ** (decade - DECADES + 1);
      values.push(middle);
      if (isSigned) values.push(-middle);
    }
  }
  return Float32Array.from(values).sort();
}

export class DynamicMap {
  /** For moments that may be negative, and for those that may not. */
  static readonly signed = new DynamicMap(buildMap(true));
  static readonly unsigned = new DynamicMap(buildMap(false));

  /** The middle between a code's value and the next one's. */
  private readonly upperBounds: Float64Array;
  /** By the upper 16 bits of a float32 in [−1, 1]: the lowest code that any such number can have. */
  private readonly lowestCode = new Uint8Array(65536);
  private readonly scaled = new Float32Array(BLOCK_SIZE);
  private readonly scaledBits = new Uint32Array(this.scaled.buffer);

  private constructor(readonly values: Float32Array) {
    this.upperBounds = Float64Array.from(values, (value, code) =>
      code === 255 ? Number.POSITIVE_INFINITY : (value + (values[code + 1] as number)) / 2,
    );
    const bits = new Uint32Array(1);
    const number = new Float32Array(bits.buffer);
    for (let upper = 0; upper < 65536; upper++) {
      // Of all numbers with these upper bits, the lowest: with a minus sign that is the one of largest magnitude.
      bits[0] = upper >= 0x8000 ? ((upper << 16) | 0xffff) >>> 0 : upper << 16;
      this.lowestCode[upper] = this.search(number[0] as number);
    }
  }

  /** The lowest code whose upper bound is not below `value`. */
  private search(value: number): number {
    let [low, high] = [0, 255];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.upperBounds[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Nearest codes of a block; of two values equally near, the lower one.
   * @param values at most BLOCK_SIZE, all finite @param codes as many
   * @returns the block's scale: its largest magnitude
   */
  quantize(values: Float32Array, codes: Uint8Array): number {
    let scale = 0;
    for (let i = 0; i < values.length; i++) scale = Math.max(scale, Math.abs(values[i] as number));
    for (let i = 0; i < values.length; i++) {
      this.scaled[i] = scale === 0 ? 0 : (values[i] as number) / scale;
      let code = this.lowestCode[(this.scaledBits[i] as number) >>> 16] as number;
      while ((this.scaled[i] as number) > (this.upperBounds[code] as number)) code++;
      codes[i] = code;
    }
    return scale;
  }

  /** The values that a block's codes stand for, written to `into`. */
  dequantize(codes: Uint8Array, scale: number, into: Float32Array): void {
    for (let i = 0; i < codes.length; i++) into[i] = (this.values[codes[i] as number] as number) * scale;
  }
}
