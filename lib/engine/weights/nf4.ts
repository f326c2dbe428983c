/**
 * @file 4-bit NormalFloat (NF4; Dettmers et al. 2023, QLoRA): 16 values at the quantiles of a normal distribution, times
 * the largest magnitude of each block. Values and block size are those of bitsandbytes, so the same weights come out.
 */

/** Weights that share one scale, in the order in which they lie in the checkpoint. 4.5 bits for each with its share. */
export const NF4_BLOCK = 64;

/** Code → value, from bitsandbytes. */
export const NF4_VALUES = Float32Array.of(
  -1.0,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0.0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1.0,
);

/** Between two neighbouring values, where the nearer one changes. */
const BOUNDARIES = Float32Array.from(
  { length: 15 },
  (_, i) => ((NF4_VALUES[i] as number) + (NF4_VALUES[i + 1] as number)) / 2,
);

export interface Nf4 {
  length: number;
  /** Two codes a byte, the first in the upper half. */
  codes: Uint8Array;
  /** One for each block: value ≈ NF4_VALUES[code] · scale. */
  scales: Float32Array;
}

/** The number of boundaries below x in [-1, 1]. */
function codeOf(x: number): number {
  let code = x > (BOUNDARIES[7] as number) ? 8 : 0;
  if (x > (BOUNDARIES[code + 3] as number)) code += 4;
  if (x > (BOUNDARIES[code + 1] as number)) code += 2;
  if (x > (BOUNDARIES[code] as number)) code += 1;
  return code;
}

export function quantizeNf4(values: Float32Array): Nf4 {
  const { length } = values;
  const scales = new Float32Array(Math.ceil(length / NF4_BLOCK));
  const codes = new Uint8Array(Math.ceil(length / 2));
  for (let block = 0; block < scales.length; block++) {
    const start = block * NF4_BLOCK;
    const end = Math.min(start + NF4_BLOCK, length);
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    scales[block] = largest;
    const factor = largest > 0 ? 1 / largest : 0;
    for (let i = start; i < end; i += 2) {
      const low = i + 1 < end ? codeOf((values[i + 1] as number) * factor) : 0;
      codes[i >> 1] = (codeOf((values[i] as number) * factor) << 4) | low;
    }
  }
  return { length, codes, scales };
}

/** Writes all values to the start of target. */
export function dequantizeNf4({ length, codes, scales }: Nf4, target: Float32Array): void {
  const whole = Math.floor(length / NF4_BLOCK);
  for (let block = 0; block < whole; block++) {
    const scale = scales[block] as number;
    const end = ((block + 1) * NF4_BLOCK) >> 1;
    for (let i = (block * NF4_BLOCK) >> 1; i < end; i++) {
      const pair = codes[i] as number;
      target[2 * i] = (NF4_VALUES[pair >> 4] as number) * scale;
      target[2 * i + 1] = (NF4_VALUES[pair & 15] as number) * scale;
    }
  }
  for (let i = whole * NF4_BLOCK; i < length; i++) {
    const pair = codes[i >> 1] as number;
    target[i] = (NF4_VALUES[i & 1 ? pair & 15 : pair >> 4] as number) * (scales[whole] as number);
  }
}
