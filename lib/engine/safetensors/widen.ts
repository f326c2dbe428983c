/** @file 16-bit floats to 32 bits and back. Rounding is to nearest, ties to even, as torch and numpy do. */

let halfTable: Float32Array | null = null;

/** All 65,536 halves as float32 (256 KB): a look-up is several times faster than the arithmetic. */
function halfValues(): Float32Array {
  if (halfTable) return halfTable;
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  halfTable = table;
  return table;
}

/** Writes source[i] (bfloat16 bits) as float32 to target[offset + i]. */
export function widenBf16(source: Uint16Array, target: Float32Array, offset: number): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset + offset * 4, source.length);
  for (let i = 0; i < source.length; i++) bits[i] = (source[i] as number) << 16;
}

/** Writes source[i] (IEEE half bits) as float32 to target[offset + i]. */
export function widenF16(source: Uint16Array, target: Float32Array, offset: number): void {
  const table = halfValues();
  for (let i = 0; i < source.length; i++) target[offset + i] = table[source[i] as number] as number;
}

/** 16-bit floats as they lie in a file: values by their bits. */
export interface Half {
  bits: Uint16Array;
  dtype: "BF16" | "F16";
}

/** Writes all values as float32 to the start of target: exact. */
export function widen({ bits, dtype }: Half, target: Float32Array): void {
  if (dtype === "BF16") widenBf16(bits, target, 0);
  else widenF16(bits, target, 0);
}

/** Writes the values from start to end - 1 as float32 to target[offset …]. */
export function widenAt({ bits, dtype }: Half, start: number, end: number, target: Float32Array, offset: number): void {
  const part = bits.subarray(start, end);
  if (dtype === "BF16") widenBf16(part, target, offset);
  else widenF16(part, target, offset);
}

/** The exponent of NaN and infinity is all ones. */
export function isFiniteHalf({ bits, dtype }: Half): boolean {
  const exponent = dtype === "BF16" ? 0x7f80 : 0x7c00;
  for (let i = 0; i < bits.length; i++) if (((bits[i] as number) & exponent) === exponent) return false;
  return true;
}

/** float32 → bfloat16 bits. NaN stays NaN; values beyond the largest bfloat16 become infinite. */
export function narrowBf16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const result = new Uint16Array(source.length);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i] as number;
    if ((b & 0x7fffffff) > 0x7f800000) result[i] = (b >>> 16) | 0x40;
    else result[i] = (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** float32 → IEEE half bits. NaN stays NaN; values that round beyond 65,504 become infinite. */
export function narrowF16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  const result = new Uint16Array(source.length);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i] as number;
    const sign = (b >>> 16) & 0x8000;
    const magnitude = b & 0x7fffffff;
    if (magnitude > 0x7f800000) result[i] = sign | 0x7e00;
    else if (magnitude >= 0x477ff000) result[i] = sign | 0x7c00;
    else if (magnitude >= 0x38800000) {
      // Normal half: rebias the exponent (127 - 15 = 112) and round the 13 bits that fall off.
      const rebased = magnitude - 0x38000000;
      result[i] = sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
    } else if (magnitude < 0x33000000) result[i] = sign;
    else {
      // Subnormal half: the value in units of 2^-24.
      const shift = 126 - (magnitude >>> 23);
      const mantissa = (magnitude & 0x7fffff) | 0x800000;
      const quotient = mantissa >>> shift;
      const remainder = mantissa & ((1 << shift) - 1);
      const half = 1 << (shift - 1);
      result[i] = sign | (quotient + (remainder > half || (remainder === half && (quotient & 1) === 1) ? 1 : 0));
    }
  }
  return result;
}
