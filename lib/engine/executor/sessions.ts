/** @file Compiles graphs once per shape: one session serves every layer that looks alike. */
import type { Architecture } from "../models/architecture";
import { chainModels } from "../onnx/chain-models";
import type { EncodedModel } from "../onnx/encode-model";
import { type Device, keepsTensors } from "../runtime/device";
import { deviceFailure, GraphSession, type Memory, type SessionOptions, type Traffic } from "../runtime/session";
import { type BlockGraphs, type BlockOptions, buildBlock, buildDecodeBlock } from "./block-graphs";
import type { BatchShape, LayerShape } from "./block-scope";
import { buildHead, buildHeadSlice, quantizesHead } from "./head-graphs";

/** Opens a session the first time it is asked for. */
type Opener<Key extends string, Output extends Memory = Float32Array> = (name: Key) => Promise<GraphSession<Output>>;

export interface BlockSessions {
  graphs: BlockGraphs;
  /** On a device, activations stay there: y, dx and what is kept. */
  session: Opener<"forward" | "inference" | "prefill" | "backward", Memory>;
}

export interface HeadSessions {
  session: Opener<"loss" | "gradient" | "logits">;
}

export interface HeadSliceSessions {
  session: Opener<"statistics" | "gradient" | "logits">;
}

export interface SessionSettings extends Pick<BlockOptions, "precision" | "dropout"> {
  /** Weights of the head that are trained, by the name they are fed under. */
  trainedHead: readonly string[];
  device: Device;
  threads: number;
  /** Bytes that kept activations may take over all layers. */
  keepBytes: number;
}

/** Inputs of `buildDecodeBlock` that are the same for all layers of a kind. */
const SHARED_BY_KIND = ["positions", "past_mask"];

/** What tells the graphs of two layers apart. */
type AdaptedLayer = Pick<LayerShape, "kind" | "adapted" | "trainedWeights">;
export const layerKey = ({ kind, adapted, trainedWeights }: AdaptedLayer) =>
  JSON.stringify([kind.name, adapted, trainedWeights]);

export class Sessions {
  private readonly blocks = new Map<string, BlockSessions>();
  private readonly decoders = new Map<string, Promise<GraphSession>>();
  private readonly heads = new Map<number, HeadSessions>();
  private readonly headSlices = new Map<string, HeadSliceSessions>();
  private readonly opened: Promise<GraphSession<Memory>>[] = [];

  constructor(
    private readonly architecture: Architecture,
    private readonly settings: SessionSettings,
    /** Counts what all sessions are fed and return. */
    private readonly traffic: Traffic = { toDevice: 0, fromDevice: 0 },
  ) {}

  block(batch: BatchShape, layer: AdaptedLayer): BlockSessions {
    const key = `${batch.batchSize}x${batch.blockLength}:${layerKey(layer)}`;
    let sessions = this.blocks.get(key);
    if (!sessions) {
      const { precision, dropout, keepBytes } = this.settings;
      const graphs = buildBlock(this.architecture, {
        batchSize: batch.batchSize,
        blockLength: batch.blockLength,
        kind: layer.kind,
        adapted: layer.adapted,
        trainedWeights: layer.trainedWeights,
        precision,
        dropout,
        keepBytes: keepBytes / this.architecture.shape.layers,
      });
      const { forward, inference, prefill, backward } = graphs;
      const resident = { forward: Object.keys(forward.outputs), inference: ["y"], prefill: ["y"], backward: ["dx"] };
      sessions = {
        graphs,
        session: this.lazy({ forward, inference, prefill, backward }, (model, name, options) =>
          GraphSession.createResident(model, options, keepsTensors(this.settings.device) ? resident[name] : []),
        ),
      };
      this.blocks.set(key, sessions);
    }
    return sessions;
  }

  /**
   * For one new token after at most `cacheLength` others, through these layers in a row. Inputs and outputs are those of
   * `buildDecodeBlock`, named as in a chain (onnx/chain-models.ts); `SHARED_BY_KIND` are fed once for each `layerKey`.
   */
  decode(cacheLength: number, layers: readonly AdaptedLayer[]): Promise<GraphSession> {
    const key = `${cacheLength}:${layers.map(layerKey).join()}`;
    let session = this.decoders.get(key);
    if (!session) {
      const { precision } = this.settings;
      const models = new Map<string, EncodedModel>();
      const links = layers.map((layer) => {
        const { kind, adapted, trainedWeights } = layer;
        const linkKey = layerKey(layer);
        const options = { kind, adapted, trainedWeights, precision };
        const model = models.get(linkKey) ?? buildDecodeBlock(this.architecture, options, cacheLength);
        models.set(linkKey, model);
        return { key: linkKey, model };
      });
      session = this.lazyHost({ decode: chainModels(links, { output: "y", input: "x", shared: SHARED_BY_KIND }) })(
        "decode",
      );
      this.decoders.set(key, session);
    }
    return session;
  }

  head(rows: number): HeadSessions {
    let sessions = this.heads.get(rows);
    if (!sessions) {
      const { loss, gradient, logits } = buildHead(this.architecture, rows, {
        trainedNames: this.settings.trainedHead,
        isQuantized: quantizesHead(this.settings.precision, this.settings.trainedHead),
      });
      sessions = { session: this.lazyHost({ loss, gradient, logits }) };
      this.heads.set(rows, sessions);
    }
    return sessions;
  }

  headSlice(rows: number, size: number): HeadSliceSessions {
    const key = `${rows}x${size}`;
    let sessions = this.headSlices.get(key);
    if (!sessions) {
      const { statistics, gradient, logits } = buildHeadSlice(this.architecture, rows, size);
      sessions = { session: this.lazyHost({ statistics, gradient, logits }) };
      this.headSlices.set(key, sessions);
    }
    return sessions;
  }

  private lazyHost<Key extends string>(models: Record<Key, EncodedModel>): Opener<Key> {
    return this.lazy(models, (model, _name, options) => GraphSession.create(model, options));
  }

  private lazy<Key extends string, Output extends Memory>(
    models: Record<Key, EncodedModel>,
    create: (model: EncodedModel, name: Key, options: SessionOptions) => Promise<GraphSession<Output>>,
  ): Opener<Key, Output> {
    const { device, threads } = this.settings;
    const options = { device, threads, ...(device === "cpu" ? {} : { traffic: this.traffic }) };
    const sessions = new Map<Key, Promise<GraphSession<Output>>>();
    return (name) => {
      let session = sessions.get(name);
      if (!session) {
        session = create(models[name], name, options).catch((cause) => {
          throw deviceFailure(device, cause);
        });
        sessions.set(name, session);
        this.opened.push(session);
      }
      return session;
    };
  }

  async dispose(): Promise<void> {
    for (const session of await Promise.allSettled(this.opened))
      if (session.status === "fulfilled") await session.value.dispose();
  }
}
