/** @file The one owner of onnxruntime-node: sessions, devices, feeds. */
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { AppError } from "../../errors";
import type { DType, Shape } from "../graph/ops";
import type { EncodedModel } from "../onnx/encode-model";
import type { Device } from "./device";
import { OUT_OF_MEMORY } from "./out-of-memory";

export type TensorData = Float32Array | BigInt64Array | Int8Array;

/** A tensor in the memory of the GPU. */
export class DeviceTensor {
  /** @param tensor of any shape and type: it stands for its bytes */
  constructor(
    private readonly tensor: ort.Tensor,
    readonly byteLength: number,
  ) {}

  as(dtype: DType, shape: Shape): ort.Tensor {
    // The library's types know no int8 on a GPU; the runtime takes it.
    const dataType = dtype === "int8" ? "uint8" : dtype;
    const view = ort.Tensor.fromGpuBuffer(this.tensor.gpuBuffer, { dataType, dims: shape });
    return dtype === "int8" ? Object.assign(view, { type: dtype }) : view;
  }

  /** Gives the memory back. Twice does no harm. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.tensor.dispose();
  }

  private isDisposed = false;
}

/** Where an output is. */
export type Memory = Float32Array | DeviceTensor;
export type Feed = TensorData | DeviceTensor;

/** Bytes that went over between the process and a GPU. */
export interface Traffic {
  toDevice: number;
  fromDevice: number;
}

export interface SessionOptions {
  device: Device;
  /** Default: as many as the machine has. Fixed for a run: the split of the work decides the last bit of a sum. */
  threads?: number;
  /** Counts what is fed and returned. */
  traffic?: Traffic;
}

interface Settings {
  device: Device;
  resident: readonly string[];
  traffic: Traffic | undefined;
}

/**
 * Runs one encoded graph. Inputs and outputs are typed arrays in the caller's own memory (nothing is copied on the CPU),
 * or tensors on the GPU.
 */
export class GraphSession<Output extends Memory = Float32Array> {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly model: EncodedModel,
    private readonly settings: Settings,
  ) {}

  /** All outputs come to the process's memory. */
  static async create(model: EncodedModel, options: SessionOptions): Promise<GraphSession> {
    return new GraphSession(...(await open(model, options, [])));
  }

  /** @param resident outputs that stay on the device; WebGPU only */
  static async createResident(
    model: EncodedModel,
    options: SessionOptions,
    resident: readonly string[],
  ): Promise<GraphSession<Memory>> {
    return new GraphSession<Memory>(...(await open(model, options, resident)));
  }

  /**
   * @param feeds name → data, for every input of the graph; shapes are the graph's.
   * @param into name → memory that the output is written to; outputs without one are freshly allocated, and so are all
   * outputs of a session of which some stay on the device.
   * @returns name → data of every output.
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    into: Readonly<Record<string, Float32Array | undefined>> = {},
  ): Promise<Record<string, Output>> {
    const { resident, traffic } = this.settings;
    const tensors: Record<string, ort.Tensor> = {};
    for (const [name, value] of this.model.inputs) {
      const data = feeds[name];
      if (!data) throw new Error(`internal: the graph's input ${name} was not fed`);
      if (data instanceof DeviceTensor) tensors[name] = data.as(value.dtype, value.shape);
      else {
        tensors[name] = new ort.Tensor(value.dtype, data as Float32Array, value.shape);
        if (traffic) traffic.toDevice += data.byteLength;
      }
    }
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const [name, value] of Object.entries(this.model.outputs)) {
      const memory = resident.length === 0 ? into[name] : undefined;
      fetches[name] = memory ? new ort.Tensor("float32", memory, value.shape) : null;
    }
    const results = await this.session.run(tensors, fetches).catch((cause: unknown) => {
      throw deviceFailure(this.settings.device, cause);
    });
    const take = (name: string): Memory => {
      const result = results[name] as ort.Tensor;
      if (resident.includes(name)) return new DeviceTensor(result, result.size * Float32Array.BYTES_PER_ELEMENT);
      const data = (fetches[name] ? into[name] : result.data) as Float32Array;
      if (traffic) traffic.fromDevice += data.byteLength;
      return data;
    };
    return Object.fromEntries(Object.keys(fetches).map((name) => [name, take(name) as Output]));
  }

  /** Inputs of this graph, by name. */
  get inputs(): EncodedModel["inputs"] {
    return this.model.inputs;
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

async function open(
  model: EncodedModel,
  { device, threads = availableParallelism(), traffic }: SessionOptions,
  resident: readonly string[],
): Promise<[ort.InferenceSession, EncodedModel, Settings]> {
  const session = await ort.InferenceSession.create(model.bytesFor(device), {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // A pattern is one block for a whole run beside what the first run already took: 230 MB more for a 135M model.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Weights are inputs shared by all layers, so there is nothing to prepack; packing constants would double them.
    extra: {
      session: {
        disable_prepacking: "1",
        // A node that WebGPU lacks is an error: the CPU would compute it without a word, and its operands travel.
        ...(device === "webgpu" ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
    ...(resident.length > 0
      ? { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, "gpu-buffer" as const])) }
      : {}),
  });
  return [session, model, { device, resident, traffic }];
}

export const runtimeVersion = ort.env.versions.node ?? ort.env.versions.common;

/**
 * What a device says after it had been opened: a lost driver, or a graph that it cannot run. Where memory ran out, that is
 * all there is to say.
 */
export function deviceFailure(device: Device, cause: unknown): unknown {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (device === "cpu" || cause instanceof AppError || OUT_OF_MEMORY.test(message)) return cause;
  const reason = message.split("\n")[0];
  return new AppError("unavailable", `The device "${device}" failed: ${reason}. Resume the run, or choose "cpu".`, {
    cause,
  });
}
