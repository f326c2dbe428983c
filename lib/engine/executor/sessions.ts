/** @file Compiles graphs once per shape: one session serves every layer that looks alike. */
import type { Architecture } from "../models/architecture";
import type { EncodedModel } from "../onnx/encode-model";
import type { Device } from "../runtime/device";
import { deviceUnavailable, GraphSession } from "../runtime/session";
import { type BlockGraphs, type BlockOptions, buildBlock, buildDecodeBlock } from "./block-graphs";
import type { BatchShape, LayerShape } from "./block-scope";
import { buildHead, buildHeadSlice } from "./head-graphs";

/** Opens a session the first time it is asked for. */
type Opener<Key extends string> = (name: Key) => Promise<GraphSession>;

export interface BlockSessions {
  graphs: BlockGraphs;
  session: Opener<"forward" | "inference" | "prefill" | "backward">;
}

export interface HeadSessions {
  session: Opener<"loss" | "gradient" | "logits">;
}

export interface HeadSliceSessions {
  session: Opener<"statistics" | "gradient" | "logits">;
}

export interface SessionSettings extends Pick<BlockOptions, "rank" | "scaling" | "precision" | "trainWeights"> {
  device: Device;
  threads: number;
  /** Bytes that kept activations may take over all layers. */
  keepBytes: number;
}

/** What tells the graphs of two layers apart. */
type AdaptedLayer = Pick<LayerShape, "kind" | "adapted">;
const keyOf = ({ kind, adapted }: AdaptedLayer) => `${kind.name}:${adapted.join()}`;

export class Sessions {
  private readonly blocks = new Map<string, BlockSessions>();
  private readonly decoders = new Map<string, Promise<GraphSession>>();
  private readonly heads = new Map<number, HeadSessions>();
  private readonly headSlices = new Map<string, HeadSliceSessions>();
  private readonly opened: Promise<GraphSession>[] = [];

  constructor(
    private readonly architecture: Architecture,
    private readonly settings: SessionSettings,
  ) {}

  block(batch: BatchShape, layer: AdaptedLayer): BlockSessions {
    const key = `${batch.batchSize}x${batch.blockLength}:${keyOf(layer)}`;
    let sessions = this.blocks.get(key);
    if (!sessions) {
      const { rank, scaling, precision, trainWeights, keepBytes } = this.settings;
      const graphs = buildBlock(this.architecture, {
        batchSize: batch.batchSize,
        blockLength: batch.blockLength,
        kind: layer.kind,
        adapted: layer.adapted,
        rank,
        scaling,
        precision,
        trainWeights,
        keepBytes: keepBytes / this.architecture.shape.layers,
      });
      const { forward, inference, prefill, backward } = graphs;
      sessions = { graphs, session: this.lazy({ forward, inference, prefill, backward }) };
      this.blocks.set(key, sessions);
    }
    return sessions;
  }

  /** For one new token after at most `cacheLength` others. */
  decode(cacheLength: number, { kind, adapted }: AdaptedLayer): Promise<GraphSession> {
    const key = `${cacheLength}:${keyOf({ kind, adapted })}`;
    let session = this.decoders.get(key);
    if (!session) {
      const { rank, scaling, precision } = this.settings;
      const layer = { kind, adapted, rank, scaling, precision };
      session = this.lazy({ decode: buildDecodeBlock(this.architecture, layer, cacheLength) })("decode");
      this.decoders.set(key, session);
    }
    return session;
  }

  head(rows: number): HeadSessions {
    let sessions = this.heads.get(rows);
    if (!sessions) {
      const { loss, gradient, logits } = buildHead(this.architecture, rows, this.settings.trainWeights);
      sessions = { session: this.lazy({ loss, gradient, logits }) };
      this.heads.set(rows, sessions);
    }
    return sessions;
  }

  headSlice(rows: number, size: number): HeadSliceSessions {
    const key = `${rows}x${size}`;
    let sessions = this.headSlices.get(key);
    if (!sessions) {
      const { statistics, gradient, logits } = buildHeadSlice(this.architecture, rows, size);
      sessions = { session: this.lazy({ statistics, gradient, logits }) };
      this.headSlices.set(key, sessions);
    }
    return sessions;
  }

  private lazy<Key extends string>(models: Record<Key, EncodedModel>): Opener<Key> {
    const { device, threads } = this.settings;
    const sessions = new Map<Key, Promise<GraphSession>>();
    return (name) => {
      let session = sessions.get(name);
      if (!session) {
        session = GraphSession.create(models[name], { device, threads }).catch((cause) => {
          throw device === "cpu" ? cause : deviceUnavailable(device, cause);
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
