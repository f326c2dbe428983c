/** @file Matrices that stay in the checkpoint's files: a layer's are read when its turn comes, the next layer's ahead. */
import type { Checkpoint, CheckpointTensor } from "../safetensors/open-checkpoint";
import { narrowBf16, widenBf16, widenF16 } from "../safetensors/widen";
import type { LentWeights } from "./lent-weights";

/** In memory there is one layer as it lies in the file and one as float32. */
export class DiskLayers implements LentWeights {
  private readonly raw = new Map<string, Uint8Array>();
  private readonly memory: Record<string, Float32Array> = {};
  private reading: { layer: number; done: Promise<unknown> } | null = null;
  private lent: number | null = null;

  /**
   * @param layers for each layer, name that it is fed under → name in the checkpoint; the same names in each
   * @param roundsToBf16 float32 tensors are rounded, as they would be in memory
   */
  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly layers: readonly ReadonlyMap<string, string>[],
    private readonly roundsToBf16: boolean,
  ) {}

  async lend(layer: number, next: number): Promise<Readonly<Record<string, Float32Array>>> {
    if (this.lent !== layer) {
      this.lent = null;
      if (this.reading?.layer !== layer) await this.read(layer);
      await this.reading?.done;
      for (const [name, tensor] of this.tensors(layer)) this.widen(name, tensor);
      this.lent = layer;
    }
    // The system reads while the layer at hand is computed, although JavaScript waits for that.
    if (next !== layer && this.reading?.layer !== next) await this.read(next);
    return this.memory;
  }

  async close(): Promise<void> {
    await this.reading?.done.catch(() => undefined);
    await this.checkpoint.close();
  }

  private tensors(layer: number): [string, CheckpointTensor, string][] {
    return [...(this.layers[layer] ?? [])].map(([name, stored]) => [
      name,
      this.checkpoint.tensors.get(stored) as CheckpointTensor,
      stored,
    ]);
  }

  /** Begins to read a layer; its bytes are there when `reading.done` is. Memory has one reader at a time. */
  private async read(layer: number): Promise<void> {
    await this.reading?.done.catch(() => undefined);
    const done = Promise.all(
      this.tensors(layer).map(([name, { byteLength }, stored]) => {
        let bytes = this.raw.get(name);
        if (bytes?.byteLength !== byteLength) {
          bytes = new Uint8Array(byteLength);
          this.raw.set(name, bytes);
        }
        return this.checkpoint.readRawInto(stored, bytes);
      }),
    );
    // Whoever asks for the layer is told; nobody may.
    done.catch(() => undefined);
    this.reading = { layer, done };
  }

  private widen(name: string, { dtype }: CheckpointTensor): void {
    const { buffer, byteLength } = this.raw.get(name) as Uint8Array;
    const length = byteLength / (dtype === "F32" ? 4 : 2);
    this.memory[name] ??= new Float32Array(length);
    const target = this.memory[name];
    if (dtype === "BF16") widenBf16(new Uint16Array(buffer), target, 0);
    else if (dtype === "F16") widenF16(new Uint16Array(buffer), target, 0);
    else if (this.roundsToBf16) widenBf16(narrowBf16(new Float32Array(buffer)), target, 0);
    else target.set(new Float32Array(buffer));
  }
}
