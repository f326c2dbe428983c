/** @file Frozen weights that do not lie in memory as float32: one layer's worth is lent at a time. */
import type { Half } from "../safetensors/widen";
import { widen } from "../safetensors/widen";

export interface LentWeights {
  /**
   * Float32 weights of a layer by the name they are fed under. They stand in memory that the next call overwrites.
   * @param next the layer that will be asked for after this one, so that a slow source can begin
   */
  lend(layer: number, next: number): Promise<Readonly<Record<string, Float32Array>>>;
}

/** Everything is fed from where it lies. */
export const NOTHING_LENT: LentWeights = { lend: async () => ({}) };

/**
 * Weights held in 16 bits, widened when their layer's turn comes. Plain code does it in half the time of ONNX's Cast,
 * which allocates its output anew, and every session that shares the layer shares the result.
 */
export class HalfWeights implements LentWeights {
  private readonly memory: Record<string, Float32Array> = {};
  private lent: number | null = null;

  /** @param layers for each layer, name → 16-bit values; the same names and lengths in each */
  constructor(private readonly layers: readonly ReadonlyMap<string, Half>[]) {}

  async lend(layer: number): Promise<Readonly<Record<string, Float32Array>>> {
    // The last layer's backward pass comes right after its forward pass.
    if (this.lent === layer) return this.memory;
    this.lent = null;
    for (const [name, half] of this.layers[layer] ?? []) {
      this.memory[name] ??= new Float32Array(half.bits.length);
      widen(half, this.memory[name]);
    }
    this.lent = layer;
    return this.memory;
  }
}
