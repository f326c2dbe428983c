/**
 * @file A model on a GPU whose memory the runtime gives access to. Frozen weights are put there once, when their layer's
 * turn comes first; what is trained changes with every step and is fed each time, so full fine-tuning feeds all weights.
 */
import { DeviceMemory } from "../runtime/device-memory";
import type { DeviceTensor, Feed, Memory, SessionOptions, TensorData } from "../runtime/session";
import { widen } from "../safetensors/widen";
import type { LayerwiseState } from "./layerwise-state";
import { type Feeds, type Residence, release } from "./residence";

export class DeviceResidence implements Residence {
  private readonly memory: DeviceMemory;
  private readonly layers: Feeds[] = [];
  private headWeights: Feeds | null = null;

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
    return { ...frozen, ...dataOf(layer.trained) };
  }

  async head(): Promise<Feeds> {
    const { headFeeds, slicedHead, trainedHead } = this.state;
    if (!this.headWeights) {
      const all: Record<string, Float32Array> = { ...headFeeds };
      if (slicedHead) {
        const matrix = new Float32Array(slicedHead.matrix.bits.length);
        widen(slicedHead.matrix, matrix);
        all[slicedHead.name] = matrix;
      }
      this.headWeights = await this.liftAll(without(all, trainedHead));
    }
    return { ...this.headWeights, ...dataOf(trainedHead) };
  }

  room(): undefined {
    return undefined;
  }

  lift(data: Float32Array): Promise<Memory> {
    return this.memory.put(data);
  }

  async liftAll(feeds: Readonly<Record<string, TensorData>>): Promise<Feeds> {
    const lifted: Record<string, Feed> = {};
    for (const [name, data] of Object.entries(feeds)) lifted[name] = await this.memory.put(data);
    return lifted;
  }

  lower(memory: Memory, length: number): Promise<Float32Array> {
    return this.memory.take(memory as DeviceTensor, new Float32Array(length));
  }

  async dispose(): Promise<void> {
    for (const feeds of [...this.layers, this.headWeights ?? {}]) release(Object.values(feeds));
    await this.memory.dispose();
  }
}

function without<Data>(
  feeds: Readonly<Record<string, Data>>,
  names: ReadonlyMap<string, unknown>,
): Record<string, Data> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => !names.has(name)));
}

function dataOf(trained: Iterable<readonly [string, { data: Float32Array }]>): Record<string, Float32Array> {
  return Object.fromEntries([...trained].map(([name, { data }]) => [name, data]));
}
