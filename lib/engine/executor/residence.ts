/**
 * @file Where weights and activations are while a model is trained: in the process's memory, or on the GPU, where weights
 * stay for good and activations until the backward pass has used them.
 */
import { DeviceTensor, type Feed, type Memory, type TensorData } from "../runtime/session";
import { NOTHING_LENT } from "../weights/lent-weights";
import type { LayerwiseState } from "./layerwise-state";

export type Feeds = Readonly<Record<string, Feed>>;

export interface Residence {
  /** What `layer` gave for one layer stays valid when it is asked for another, so that one graph may take several. */
  readonly feedsAllLayers: boolean;
  /** What a layer is fed beside activations: its weights, numbers and adapters. @param next as LentWeights.lend says */
  layer(index: number, next: number): Promise<Feeds>;
  /** What the head is fed beside activations, when it is fed whole. */
  head(): Promise<Feeds>;
  /** Memory for an output, reused from step to step; none where the device brings it. */
  room(name: string, length: number): Float32Array | undefined;
  /** To where the layers run. */
  lift(data: Float32Array): Promise<Memory>;
  liftAll(feeds: Readonly<Record<string, TensorData>>): Promise<Feeds>;
  /** Back to the process's memory. @param length in values */
  lower(memory: Memory, length: number): Promise<Float32Array>;
  /** Said before each use of the model that does not go on with the one before. */
  parametersMayHaveChanged(): void;
  dispose(): Promise<void>;
}

/** Gives back what is on a device. */
export function release(memories: Iterable<Feed>): void {
  for (const memory of memories) if (memory instanceof DeviceTensor) memory.dispose();
}

/** Everything is fed from where it lies: the CPU, and devices to whose memory the runtime gives no access. */
export class HostResidence implements Residence {
  private readonly buffers = new Map<string, Float32Array>();

  constructor(private readonly state: LayerwiseState) {}

  get feedsAllLayers(): boolean {
    return this.state.lent === NOTHING_LENT;
  }

  async layer(index: number, next: number): Promise<Feeds> {
    // What is lent may hold more than is this layer's: a matrix that is trained whole is fed by itself.
    return { ...(await this.state.lent.lend(index, next)), ...this.state.layers[index]?.feeds };
  }

  async head(): Promise<Feeds> {
    return this.state.headFeeds;
  }

  room(name: string, length: number): Float32Array {
    let memory = this.buffers.get(name);
    if (memory?.length !== length) {
      memory = new Float32Array(length);
      this.buffers.set(name, memory);
    }
    return memory;
  }

  async lift(data: Float32Array): Promise<Memory> {
    return data;
  }

  async liftAll(feeds: Readonly<Record<string, TensorData>>): Promise<Feeds> {
    return feeds;
  }

  async lower(memory: Memory): Promise<Float32Array> {
    return memory as Float32Array;
  }

  parametersMayHaveChanged(): void {
    // What is fed from where it lies is always the latest.
  }

  async dispose(): Promise<void> {
    this.buffers.clear();
  }
}
