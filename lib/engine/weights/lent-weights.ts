/** @file Frozen weights that do not lie in memory as float32: one layer's worth is lent at a time. */

export interface LentWeights {
  /**
   * Float32 weights of a layer by the name they are fed under. They stand in memory that the next call overwrites.
   * @param next the layer that will be asked for after this one, so that a slow source can begin
   */
  lend(layer: number, next: number): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

/** Everything is fed from where it lies. */
export const NOTHING_LENT: LentWeights = { lend: async () => ({}), close: async () => undefined };

/** A matrix in fewer bits. */
export interface PackedWeight {
  length: number;
  /** Writes its values as float32. */
  unpack(target: Float32Array): void;
}

/**
 * Matrices held in fewer bits, unpacked when their layer's turn comes. Plain code widens 16 bits in half the time of
 * ONNX's Cast, which allocates its output anew, and all sessions share the result.
 */
export class PackedLayers implements LentWeights {
  private readonly memory: Record<string, Float32Array> = {};
  private lent: number | null = null;

  /** @param layers for each layer, name → matrix; the same names and lengths in each */
  constructor(private readonly layers: readonly ReadonlyMap<string, PackedWeight>[]) {}

  async lend(layer: number): Promise<Readonly<Record<string, Float32Array>>> {
    // The last layer's backward pass comes right after its forward pass.
    if (this.lent === layer) return this.memory;
    this.lent = null;
    for (const [name, packed] of this.layers[layer] ?? []) {
      this.memory[name] ??= new Float32Array(packed.length);
      packed.unpack(this.memory[name]);
    }
    this.lent = layer;
    return this.memory;
  }

  async close(): Promise<void> {}
}
