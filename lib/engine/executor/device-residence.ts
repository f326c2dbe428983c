/**
 * @file A model on a GPU whose memory the runtime gives access to. Frozen weights are put there once, when their layer's
 * turn comes first; what is trained changes on the CPU and is put there once for each micro-batch or text.
 */
import { DeviceMemory } from "../runtime/device-memory";
import type { DeviceTensor, Memory, SessionOptions, TensorData } from "../runtime/session";
import { widen } from "../safetensors/widen";
import type { LayerwiseState } from "./layerwise-state";
import { type Feeds, type Residence, release } from "./residence";

export class DeviceResidence implements Residence {
  /** Large chains are not tried on devices. */
  readonly feedsAllLayers = false;
  private readonly memory: DeviceMemory;
  private readonly layers: Feeds[] = [];
  private headWeights: Feeds | null = null;
  /** What is trained, as it was when it was asked for first: of layers, and of the head. */
  private readonly trained = new Map<number | "head", Feeds>();

  constructor(
    private readonly state: LayerwiseState,
    options: SessionOptions,
  ) {
    this.memory = new DeviceMemory(options);
  }

  async layer(index: number, next: number): Promise<Feeds> {
    const layer = this.state.layers[index];
    if (!layer) throw new Error(`internal: there is no layer ${index}`);
    let frozen = this.layers[index];
    if (!frozen) {
      const all = { ...(await this.state.lent.lend(index, next)), ...layer.feeds };
      frozen = await this.liftAll(without(all, layer.trained));
      this.layers[index] = frozen;
    }
    return { ...frozen, ...(await this.current(index, layer.trained)) };
  }

  async head(): Promise<Feeds> {
    const { headFeeds, slicedHead, trainedHead } = this.state;
    if (!this.headWeights) {
      const all: Record<string, Float32Array | Int8Array> = { ...headFeeds };
      if (slicedHead) {
        const matrix = new Float32Array(slicedHead.matrix.bits.length);
        widen(slicedHead.matrix, matrix);
        all[slicedHead.name] = matrix;
      }
      this.headWeights = await this.liftAll(without(all, trainedHead));
    }
    return { ...this.headWeights, ...(await this.current("head", trainedHead)) };
  }

  room(): undefined {
    return undefined;
  }

  lift(data: Float32Array): Promise<Memory> {
    return this.memory.put(data);
  }

  liftAll(feeds: Readonly<Record<string, TensorData>>): Promise<Feeds> {
    return this.memory.putAll(feeds);
  }

  parametersMayHaveChanged(): void {
    for (const feeds of this.trained.values()) release(Object.values(feeds));
    this.trained.clear();
  }

  lower(memory: Memory, length: number): Promise<Float32Array> {
    return this.memory.take(memory as DeviceTensor, new Float32Array(length));
  }

  async dispose(): Promise<void> {
    this.parametersMayHaveChanged();
    for (const feeds of [...this.layers, this.headWeights ?? {}]) release(Object.values(feeds));
    await this.memory.dispose();
  }

  private async current(key: number | "head", trained: ReadonlyMap<string, { data: Float32Array }>): Promise<Feeds> {
    let feeds = this.trained.get(key);
    if (!feeds) {
      feeds = await this.liftAll(Object.fromEntries([...trained].map(([name, { data }]) => [name, data])));
      this.trained.set(key, feeds);
    }
    return feeds;
  }
}

function without<Data>(
  feeds: Readonly<Record<string, Data>>,
  names: ReadonlyMap<string, unknown>,
): Record<string, Data> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => !names.has(name)));
}
