/**
 * @file Sampling with a key-value cache: the prompt goes through the layers once, each further token costs one row.
 * The cache is fed to the graphs whole and has room to grow, so that one session serves many tokens.
 */
import type { Architecture } from "../models/architecture";
import { MASKED } from "../models/attention";
import { chainedName, sharedName } from "../onnx/chain-models";
import type { Feed, Memory } from "../runtime/session";
import { StopRequested } from "../stop-requested";
import type { Completion } from "../types";
import { SequenceFeeds } from "./batch-inputs";
import { embedRows } from "./embed-rows";
import type { Head } from "./head";
import type { LayerState, LayerwiseState } from "./layerwise-state";
import { type Residence, release } from "./residence";
import { layerKey, type Sessions } from "./sessions";

/** Prompts are filled up to a multiple of this, and caches grow by it: few lengths, few sessions. */
const LENGTH_STEP = 128;
/** Long ones by this part of themselves: a session for every 128 tokens would be hundreds in a long text. */
const LENGTH_SHARE = 1 / 8;

interface Model {
  architecture: Architecture;
  state: LayerwiseState;
  sessions: Sessions;
  head: Head;
  residence: Residence;
}

interface LayerCache {
  /** [keyValueHeads, capacity, headSize] */
  keys: Float32Array;
  values: Float32Array;
}

function roundUp(length: number, limit: number): number {
  const step = Math.max(LENGTH_STEP, 2 ** Math.floor(Math.log2(length)) * LENGTH_SHARE);
  return Math.min(limit, Math.ceil(length / step) * step);
}

export class CachedCompletion implements Completion {
  logits: Float32Array = new Float32Array(0);
  /** Layers that a token goes through in one call: a call costs as much as a sixth of a small layer's work. */
  private readonly groups: readonly (readonly number[])[];

  private constructor(
    private readonly model: Model,
    private readonly caches: LayerCache[],
    private capacity: number,
    private length: number,
  ) {
    const { residence, state } = model;
    const all = state.layers.map((_, index) => index);
    this.groups = residence.feedsAllLayers ? [all] : all.map((index) => [index]);
  }

  static async open(model: Model, prompt: Int32Array, shouldStop: () => boolean): Promise<CachedCompletion> {
    const { shape } = model.architecture;
    if (prompt.length === 0 || prompt.length > shape.contextLength) {
      throw new Error(`internal: a prompt of ${prompt.length} tokens does not fit a context of ${shape.contextLength}`);
    }
    // What comes after the prompt cannot be seen by it, so filler does no harm.
    const blockLength = roundUp(prompt.length, shape.contextLength);
    const tokens = new Int32Array(blockLength);
    tokens.set(prompt);
    const batch = {
      batchSize: 1,
      blockLength,
      tokens,
      labels: tokens,
      positions: tokens.map((_, i) => i),
      segments: new Int32Array(blockLength),
    };
    const { residence } = model;
    residence.parametersMayHaveChanged();
    const sequence = new SequenceFeeds(batch, residence);
    const caches: LayerCache[] = [];
    const { embedding } = model.architecture;
    const values = blockLength * shape.hiddenSize;
    let hidden = await residence.lift(embedRows(embedding, model.state.outer, batch, new Float32Array(values)));
    let x: Float32Array;
    try {
      for (const [index, layer] of model.state.layers.entries()) {
        if (shouldStop()) throw new StopRequested();
        const session = await model.sessions.block(batch, layer).session("prefill");
        const weights = await residence.layer(index, (index + 1) % shape.layers);
        const results = await session.run({ x: hidden, ...(await sequence.of(layer)), ...weights });
        caches.push({ keys: results["keys"] as Float32Array, values: results["values"] as Float32Array });
        release([hidden]);
        hidden = results["y"] as Memory;
      }
      x = await residence.lower(hidden, values);
    } finally {
      release([hidden]);
      sequence.release();
    }
    const completion = new CachedCompletion(model, caches, blockLength, prompt.length);
    await completion.readLogits(x.slice((prompt.length - 1) * shape.hiddenSize, prompt.length * shape.hiddenSize));
    return completion;
  }

  async push(token: number): Promise<void> {
    const { architecture, state, sessions, residence } = this.model;
    const { shape } = architecture;
    if (this.length === shape.contextLength)
      throw new Error(`internal: the context of ${shape.contextLength} tokens is full`);
    if (this.length === this.capacity) this.grow(roundUp(this.length + 1, shape.contextLength));
    const positions = BigInt64Array.of(BigInt(this.length));
    const masks = new Map<number | null, Float32Array>();
    const sequence = { tokens: Int32Array.of(token), positions: Int32Array.of(this.length) };
    let x = embedRows(architecture.embedding, state.outer, sequence, new Float32Array(shape.hiddenSize));
    for (const group of this.groups) {
      const layers = group.map((index) => state.layers[index] as LayerState);
      const feeds: Record<string, Feed> = { x };
      for (const [place, index] of group.entries()) {
        const layer = layers[place] as LayerState;
        const { keys, values } = this.caches[index] as LayerCache;
        const weights = await residence.layer(index, (index + 1) % shape.layers);
        for (const [name, data] of Object.entries({ ...weights, past_keys: keys, past_values: values }))
          feeds[chainedName(place, name)] = data;
        const { window } = layer.kind;
        const mask = masks.get(window) ?? this.mask(window);
        masks.set(window, mask);
        feeds[sharedName(layerKey(layer), "positions")] = positions;
        feeds[sharedName(layerKey(layer), "past_mask")] = mask;
      }
      const results = await (await sessions.decode(this.capacity, layers)).run(feeds);
      for (const [place, index] of group.entries()) {
        const { keys, values } = this.caches[index] as LayerCache;
        this.remember(keys, results[chainedName(place, "keys")] as Float32Array);
        this.remember(values, results[chainedName(place, "values")] as Float32Array);
      }
      x = results[chainedName(group.length - 1, "y")] as Float32Array;
    }
    this.length++;
    await this.readLogits(x);
  }

  /** The first `length` places of the cache, or as many of them as the window reaches, and the new token after them. */
  private mask(window: number | null): Float32Array {
    const first = window === null ? 0 : Math.max(0, this.length - window + 1);
    return new Float32Array(this.capacity + 1).fill(MASKED).fill(0, first, this.length).fill(0, this.capacity);
  }

  /** @param row [keyValueHeads, headSize] of the newest token */
  private remember(cache: Float32Array, row: Float32Array): void {
    const { keyValueHeads, headSize } = this.model.architecture.shape;
    for (let head = 0; head < keyValueHeads; head++) {
      const part = row.subarray(head * headSize, (head + 1) * headSize);
      cache.set(part, (head * this.capacity + this.length) * headSize);
    }
  }

  private grow(capacity: number): void {
    const { keyValueHeads, headSize } = this.model.architecture.shape;
    const widen = (cache: Float32Array): Float32Array => {
      const wider = new Float32Array(keyValueHeads * capacity * headSize);
      for (let head = 0; head < keyValueHeads; head++) {
        const part = cache.subarray(head * this.capacity * headSize, (head + 1) * this.capacity * headSize);
        wider.set(part, head * capacity * headSize);
      }
      return wider;
    };
    for (const cache of this.caches) {
      cache.keys = widen(cache.keys);
      cache.values = widen(cache.values);
    }
    this.capacity = capacity;
  }

  /** @param x [1, hidden] */
  private async readLogits(x: Float32Array): Promise<void> {
    this.logits = await this.model.head.logits(x);
  }
}
