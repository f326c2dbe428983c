/**
 * @file The layer-by-layer executor: one forward and one backward session serve all layers, weights are fed, and what the
 * backward pass needs is either kept from the forward pass or computed again (Chen et al. 2016). Memory is that of the
 * weights plus one layer's work, however deep the model.
 */

import { sizeOf } from "../graph/ops";
import { drawDropoutMask } from "../lora/dropout-masks";
import type { Architecture } from "../models/architecture";
import { keepsTensors } from "../runtime/device";
import type { Memory, Traffic } from "../runtime/session";
import { StopRequested } from "../stop-requested";
import type { Batch, Completion, LossSum, Parameter, TrainableModel } from "../types";
import { dropoutInput } from "./adapted-linear";
import { addTo } from "./add-to";
import { SequenceFeeds } from "./batch-inputs";
import { CachedCompletion } from "./cached-completion";
import { DeviceResidence } from "./device-residence";
import { addRowGradients, embedRows } from "./embed-rows";
import { addEmbeddingNoise } from "./embedding-noise";
import { type Head, WholeHead } from "./head";
import type { LayerState, LayerwiseState } from "./layerwise-state";
import { HostResidence, type Residence, release } from "./residence";
import { type BlockSessions, type SessionSettings, Sessions } from "./sessions";
import { SlicedHead } from "./sliced-head";

/** Between two layers: a stop must not wait for a step that takes minutes. */
function throwIfAsked(shouldStop: () => boolean): void {
  if (shouldStop()) throw new StopRequested();
}

export class LayerwiseModel implements Omit<TrainableModel, "adapter"> {
  readonly device: string;
  /** What went over to a GPU and back since the model was opened; stays 0 on the CPU. */
  readonly traffic: Traffic = { toDevice: 0, fromDevice: 0 };
  private readonly sessions: Sessions;
  private readonly residence: Residence;
  private readonly head: Head;
  private readonly dropout: number;
  private readonly buffers = new Map<string, Float32Array>();
  /** By feed name; a layer's masks are drawn when its turn comes, forward and back. */
  private readonly maskMemory = new Map<string, Int8Array>();

  constructor(
    readonly architecture: Architecture,
    private readonly state: LayerwiseState,
    settings: SessionSettings,
  ) {
    this.dropout = settings.dropout;
    this.device = settings.device;
    const isResident = keepsTensors(settings.device);
    this.sessions = new Sessions(architecture, settings, this.traffic);
    this.residence = isResident
      ? new DeviceResidence(state, { device: settings.device, threads: settings.threads, traffic: this.traffic })
      : new HostResidence(state);
    this.head =
      state.slicedHead && !isResident
        ? new SlicedHead(architecture, state.slicedHead, this.sessions)
        : new WholeHead(architecture, state, this.sessions, this.residence);
  }

  get parameters(): readonly Parameter[] {
    return this.state.parameters;
  }

  get totalParameters(): number {
    return this.state.totalParameters;
  }

  async accumulateGradients(batch: Batch, gradientScale: number, shouldStop = () => false): Promise<LossSum> {
    const { residence } = this;
    residence.parametersMayHaveChanged();
    const sequence = new SequenceFeeds(batch, residence);
    const embedded = this.embed(batch);
    addEmbeddingNoise(embedded, batch);
    const inputs = [await residence.lift(embedded)];
    const kept: Record<string, Memory>[] = [];
    const gradients: Memory[] = [];
    const last = this.state.layers.length - 1;
    try {
      for (const [index, layer] of this.state.layers.entries()) {
        throwIfAsked(shouldStop);
        const { graphs, session } = this.blockOf(batch, layer);
        const into = { y: residence.room(`x${index + 1}`, embedded.length) };
        for (const [name, shape] of graphs.kept)
          Object.assign(into, { [name]: residence.room(`${index}:${name}`, sizeOf(shape)) });
        const weights = await residence.layer(index, Math.min(index + 1, last));
        const { y, ...rest } = await (await session("forward")).run(
          { x: inputs[index] as Memory, ...(await sequence.of(layer)), ...weights, ...this.masks(batch, index) },
          into,
        );
        inputs.push(y as Memory);
        kept.push(rest);
      }
      const x = await residence.lower(inputs.at(-1) as Memory, embedded.length);
      const dy = this.buffer("dy", x.length);
      const loss = await this.head.gradient(batch, x, gradientScale, dy);
      gradients.push(await residence.lift(dy));
      for (let index = last; index >= 0; index--) {
        throwIfAsked(shouldStop);
        const layer = this.state.layers[index] as LayerState;
        const { graphs, session } = this.blockOf(batch, layer);
        const into = { dx: residence.room(`dx${index % 2}`, dy.length) };
        for (const name of graphs.trained)
          Object.assign(into, {
            [`d_${name}`]: residence.room(`d_${name}`, layer.trained.get(name)?.data.length as number),
          });
        const weights = await residence.layer(index, Math.max(index - 1, 0));
        const feeds = {
          x: inputs[index] as Memory,
          dy: gradients.at(-1) as Memory,
          ...(await sequence.of(layer)),
          ...weights,
          ...this.masks(batch, index),
        };
        const results = await (await session("backward")).run({ ...feeds, ...kept[index] }, into);
        for (const [name, parameter] of layer.trained) addTo(parameter.gradient, results[`d_${name}`] as Float32Array);
        release([...Object.values(kept[index] ?? {}), inputs[index + 1] as Memory, gradients.at(-1) as Memory]);
        gradients.push(results["dx"] as Memory);
      }
      await this.addEmbeddingGradients(batch, gradients.at(-1) as Memory);
      return loss;
    } finally {
      release([...inputs, ...gradients, ...kept.flatMap((values) => Object.values(values))]);
      sequence.release();
    }
  }

  async evaluate(batch: Batch, shouldStop = () => false): Promise<LossSum> {
    const x = await this.forward(batch, shouldStop);
    return await this.head.loss(batch, x);
  }

  openCompletion(prompt: Int32Array, shouldStop = () => false): Promise<Completion> {
    return CachedCompletion.open(
      {
        architecture: this.architecture,
        state: this.state,
        sessions: this.sessions,
        head: this.head,
        residence: this.residence,
      },
      prompt,
      shouldStop,
    );
  }

  async dispose(): Promise<void> {
    await this.residence.dispose();
    await this.sessions.dispose();
    await this.state.lent.close();
    this.buffers.clear();
    this.maskMemory.clear();
  }

  private blockOf({ batchSize, blockLength }: Batch, layer: LayerState): BlockSessions {
    return this.sessions.block({ batchSize, blockLength }, layer);
  }

  /** Memory that is reused from step to step. */
  private buffer(name: string, length: number): Float32Array {
    let memory = this.buffers.get(name);
    if (memory?.length !== length) {
      memory = new Float32Array(length);
      this.buffers.set(name, memory);
    }
    return memory;
  }

  /** Dropout masks of a layer, by feed name. */
  private masks(batch: Batch, layer: number): Record<string, Int8Array> {
    if (this.dropout === 0) return {};
    const masks: Record<string, Int8Array> = {};
    for (const { module } of this.state.layers[layer]?.adapted ?? []) {
      const index = this.architecture.linears.findIndex((spec) => spec.module === module);
      const width = this.architecture.linears[index]?.inFeatures as number;
      const name = dropoutInput(module);
      let memory = this.maskMemory.get(name);
      if (memory?.length !== batch.tokens.length * width) {
        memory = new Int8Array(batch.tokens.length * width);
        this.maskMemory.set(name, memory);
      }
      masks[name] = drawDropoutMask(batch, { layer, index, width, rate: this.dropout }, memory);
    }
    return masks;
  }

  private embed(batch: Batch): Float32Array {
    const { embedding, shape } = this.architecture;
    return embedRows(embedding, this.state.outer, batch, this.buffer("x0", batch.tokens.length * shape.hiddenSize));
  }

  /** The last layer's output, keeping nothing. */
  private async forward(batch: Batch, shouldStop: () => boolean): Promise<Float32Array> {
    const { residence } = this;
    residence.parametersMayHaveChanged();
    const sequence = new SequenceFeeds(batch, residence);
    const embedded = this.embed(batch);
    let x = await residence.lift(embedded);
    try {
      for (const [index, layer] of this.state.layers.entries()) {
        throwIfAsked(shouldStop);
        const session = await this.blockOf(batch, layer).session("inference");
        const weights = await residence.layer(index, (index + 1) % this.state.layers.length);
        const { y } = await session.run(
          { x, ...(await sequence.of(layer)), ...weights },
          { y: residence.room(`dx${index % 2}`, embedded.length) },
        );
        release([x]);
        x = y as Memory;
      }
      return await residence.lower(x, embedded.length);
    } finally {
      release([x]);
      sequence.release();
    }
  }

  private async addEmbeddingGradients({ tokens, positions }: Batch, memory: Memory): Promise<void> {
    const { embedding, shape } = this.architecture;
    const { trainedEmbedding } = this.state;
    const matrix = trainedEmbedding.get(embedding.tokens);
    const learned = embedding.positions && trainedEmbedding.get(embedding.positions.name);
    if (!matrix && !learned) return;
    const dx = await this.residence.lower(memory, tokens.length * shape.hiddenSize);
    if (matrix) addRowGradients(matrix.gradient, tokens, dx, { factor: embedding.scale });
    if (learned) addRowGradients(learned.gradient, positions, dx, { offset: embedding.positions?.offset });
  }
}
