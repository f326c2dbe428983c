/**
 * @file AdamW whose moments are kept in 8 bits (Dettmers et al. 2022, https://arxiv.org/abs/2110.02861): a block of 256
 * is widened, moved on in float32 and quantised again. A quarter of AdamW's memory.
 *
 * As the authors do, small tensors (norms, biases) and the embedding, whose moments are uneven, keep float32 moments.
 */
import type { Parameter } from "../types";
import { AdamW, type AdamWSettings, moveByAdamW, stepOf } from "./adamw";
import { CombinedOptimizer } from "./combined-optimizer";
import { BLOCK_SIZE, DynamicMap } from "./dynamic-map";
import type { Optimizer, StateTensor } from "./optimizer";

/** Tensors with fewer values keep float32 moments; bitsandbytes' bound. */
const MIN_8BIT_SIZE = 4096;

/** A code for every value and a scale for every block. */
interface Quantized {
  codes: Uint8Array;
  scales: Float32Array;
}

interface Moments {
  parameter: Parameter;
  first: Quantized;
  second: Quantized;
}

/** Of zeros: code 0 stands for the map's lowest value, but a scale of 0 makes that 0. */
const zeros = (size: number): Quantized => ({
  codes: new Uint8Array(size),
  scales: new Float32Array(Math.ceil(size / BLOCK_SIZE)),
});

export class AdamW8bit implements Optimizer {
  step = 0;
  private readonly moments: Moments[];

  /** Quantises the moments of every parameter given; see openAdamW8bit. */
  constructor(
    parameters: readonly Parameter[],
    private readonly settings: AdamWSettings,
  ) {
    this.moments = parameters.map((parameter) => ({
      parameter,
      first: zeros(parameter.data.length),
      second: zeros(parameter.data.length),
    }));
  }

  get state(): StateTensor[] {
    const tensorsOf = (name: string, shape: readonly number[], { codes, scales }: Quantized): StateTensor[] => [
      { name, shape, data: codes },
      { name: `absmax.${name}`, shape: [scales.length], data: scales },
    ];
    return this.moments.flatMap(({ parameter: { name, shape }, first, second }) => [
      ...tensorsOf(`exp_avg.${name}`, shape, first),
      ...tensorsOf(`exp_avg_sq.${name}`, shape, second),
    ]);
  }

  async update(learningRate: number): Promise<void> {
    this.step += 1;
    const wideFirst = new Float32Array(BLOCK_SIZE);
    const wideSecond = new Float32Array(BLOCK_SIZE);
    for (const { parameter, first, second } of this.moments) {
      const { data, gradient, learningRateScale = 1 } = parameter;
      const step = stepOf(this.settings, this.step, learningRate * learningRateScale);
      for (let block = 0; block < first.scales.length; block++) {
        const start = block * BLOCK_SIZE;
        const end = Math.min(data.length, start + BLOCK_SIZE);
        const [m, v] = [wideFirst.subarray(0, end - start), wideSecond.subarray(0, end - start)];
        const [mCodes, vCodes] = [first.codes.subarray(start, end), second.codes.subarray(start, end)];
        DynamicMap.signed.dequantize(mCodes, first.scales[block] as number, m);
        DynamicMap.unsigned.dequantize(vCodes, second.scales[block] as number, v);
        moveByAdamW(data.subarray(start, end), gradient.subarray(start, end), m, v, step);
        first.scales[block] = DynamicMap.signed.quantize(m, mCodes);
        second.scales[block] = DynamicMap.unsigned.quantize(v, vCodes);
      }
    }
  }

  async dispose(): Promise<void> {}
}

/** 8-bit moments where they pay, float32 ones for small tensors and the embedding. */
export function openAdamW8bit(parameters: readonly Parameter[], settings: AdamWSettings): Optimizer {
  const isQuantized = ({ data, place }: Parameter) => data.length >= MIN_8BIT_SIZE && place !== "embedding";
  return new CombinedOptimizer([
    new AdamW8bit(parameters.filter(isQuantized), settings),
    new AdamW(
      parameters.filter((parameter) => !isQuantized(parameter)),
      settings,
    ),
  ]);
}
