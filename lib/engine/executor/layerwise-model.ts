/**
 * @file The layer-by-layer executor: one forward and one backward session serve all layers, weights are fed, and what the
 * backward pass needs is either kept from the forward pass or computed again (Chen et al. 2016). Memory is that of the
 * weights plus one layer's work, however deep the model.
 */
import type { Architecture } from "../models/architecture";
import type { TensorData } from "../runtime/session";
import { StopRequested } from "../stop-requested";
import type { Batch, Completion, LossSum, Parameter, TrainableModel } from "../types";
import { addTo } from "./add-to";
import { feedsByKind } from "./batch-inputs";
import { CachedCompletion } from "./cached-completion";
import { addRowGradients, embedRows } from "./embed-rows";
import { addEmbeddingNoise } from "./embedding-noise";
import { type Head, WholeHead } from "./head";
import type { LayerState, LayerwiseState } from "./layerwise-state";
import { type BlockSessions, type SessionSettings, Sessions } from "./sessions";
import { SlicedHead } from "./sliced-head";

/** Between two layers: a stop must not wait for a step that takes minutes. */
function throwIfAsked(shouldStop: () => boolean): void {
  if (shouldStop()) throw new StopRequested();
}

export class LayerwiseModel implements TrainableModel {
  readonly device: string;
  private readonly sessions: Sessions;
  private readonly head: Head;
  private readonly buffers = new Map<string, Float32Array>();

  constructor(
    readonly architecture: Architecture,
    private readonly state: LayerwiseState,
    settings: SessionSettings,
  ) {
    this.device = settings.device;
    this.sessions = new Sessions(architecture, settings);
    this.head = state.slicedHead
      ? new SlicedHead(architecture, state.slicedHead, this.sessions)
      : new WholeHead(architecture, state, this.sessions);
  }

  get parameters(): readonly Parameter[] {
    return this.state.parameters;
  }

  get totalParameters(): number {
    return this.state.totalParameters;
  }

  async accumulateGradients(batch: Batch, gradientScale: number, shouldStop = () => false): Promise<LossSum> {
    const feedsOf = feedsByKind(batch);
    const embedded = this.embed(batch);
    addEmbeddingNoise(embedded, batch);
    const inputs = [embedded];
    const kept: Record<string, Float32Array>[] = [];
    const last = this.state.layers.length - 1;
    for (const [index, layer] of this.state.layers.entries()) {
      throwIfAsked(shouldStop);
      const { graphs, session } = this.blockOf(batch, layer);
      const into: Record<string, Float32Array> = { y: this.buffer(`x${index + 1}`, inputs[0]?.length as number) };
      for (const [name, shape] of graphs.kept)
        into[name] = this.buffer(
          `${index}:${name}`,
          shape.reduce((a, b) => a * b, 1),
        );
      const lent = await this.state.lent.lend(index, Math.min(index + 1, last));
      const { y, ...rest } = await (await session("forward")).run(
        { x: inputs[index] as Float32Array, ...feedsOf(layer), ...layer.feeds, ...lent },
        into,
      );
      inputs.push(y as Float32Array);
      kept.push(rest);
    }
    const x = inputs.at(-1) as Float32Array;
    let gradient = this.buffer("dy", x.length);
    const loss = await this.head.gradient(batch, x, gradientScale, gradient);
    for (let index = last; index >= 0; index--) {
      throwIfAsked(shouldStop);
      const layer = this.state.layers[index] as LayerState;
      const { graphs, session } = this.blockOf(batch, layer);
      const into: Record<string, Float32Array> = { dx: this.buffer(`dx${index % 2}`, gradient.length) };
      for (const name of graphs.trained)
        into[`d_${name}`] = this.buffer(`d_${name}`, layer.trained.get(name)?.data.length as number);
      const feeds: Record<string, TensorData> = {
        x: inputs[index] as Float32Array,
        dy: gradient,
        ...feedsOf(layer),
        ...layer.feeds,
        ...(await this.state.lent.lend(index, Math.max(index - 1, 0))),
        ...kept[index],
      };
      const results = await (await session("backward")).run(feeds, into);
      for (const [name, parameter] of layer.trained) addTo(parameter.gradient, results[`d_${name}`] as Float32Array);
      gradient = results.dx as Float32Array;
    }
    this.addEmbeddingGradients(batch, gradient);
    return loss;
  }

  async evaluate(batch: Batch, shouldStop = () => false): Promise<LossSum> {
    const x = await this.forward(batch, shouldStop);
    return await this.head.loss(batch, x);
  }

  openCompletion(prompt: Int32Array): Promise<Completion> {
    return CachedCompletion.open(
      { architecture: this.architecture, state: this.state, sessions: this.sessions, head: this.head },
      prompt,
    );
  }

  async dispose(): Promise<void> {
    await this.sessions.dispose();
    await this.state.lent.close();
    this.buffers.clear();
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

  private embed(batch: Batch): Float32Array {
    const { embedding, shape } = this.architecture;
    return embedRows(embedding, this.state.outer, batch, this.buffer("x0", batch.tokens.length * shape.hiddenSize));
  }

  /** The last layer's output, keeping nothing. */
  private async forward(batch: Batch, shouldStop: () => boolean): Promise<Float32Array> {
    const feedsOf = feedsByKind(batch);
    let x = this.embed(batch);
    for (const [index, layer] of this.state.layers.entries()) {
      throwIfAsked(shouldStop);
      const session = await this.blockOf(batch, layer).session("inference");
      const { y } = await session.run(
        {
          x,
          ...feedsOf(layer),
          ...layer.feeds,
          ...(await this.state.lent.lend(index, (index + 1) % this.state.layers.length)),
        },
        { y: this.buffer(`dx${index % 2}`, x.length) },
      );
      x = y as Float32Array;
    }
    return x;
  }

  private addEmbeddingGradients({ tokens, positions }: Batch, dx: Float32Array): void {
    const { embedding } = this.architecture;
    const { trainedOuter } = this.state;
    const matrix = trainedOuter.get(embedding.tokens);
    if (matrix) addRowGradients(matrix.gradient, tokens, dx, { factor: embedding.scale });
    const learned = embedding.positions && trainedOuter.get(embedding.positions.name);
    if (learned) addRowGradients(learned.gradient, positions, dx, { offset: embedding.positions?.offset });
  }
}
