/** @file The one owner of onnxruntime-node: sessions, devices, feeds. */
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { AppError } from "../../errors";
import type { EncodedModel } from "../onnx/encode-model";
import type { Device } from "./device";

export type TensorData = Float32Array | BigInt64Array | Int8Array;

export interface SessionOptions {
  device: Device;
  /** Default: as many as the machine has. Fixed for a run: the split of the work decides the last bit of a sum. */
  threads?: number;
}

/** Runs one encoded graph. Inputs and outputs are typed arrays in the caller's own memory: nothing is copied on the CPU. */
export class GraphSession {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly model: EncodedModel,
  ) {}

  static async create(
    model: EncodedModel,
    { device, threads = availableParallelism() }: SessionOptions,
  ): Promise<GraphSession> {
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
      // A node that the device lacks is an error: the CPU would compute it without a word, and its operands travel.
      extra: { session: { disable_prepacking: "1", ...(device === "cpu" ? {} : { disable_cpu_ep_fallback: "1" }) } },
    });
    return new GraphSession(session, model);
  }

  /**
   * @param feeds name → data, for every input of the graph; shapes are the graph's.
   * @param into name → memory that the output is written to; outputs without one are freshly allocated.
   * @returns name → data of every output.
   */
  async run(
    feeds: Readonly<Record<string, TensorData>>,
    into: Readonly<Record<string, Float32Array>> = {},
  ): Promise<Record<string, Float32Array>> {
    const tensors: Record<string, ort.Tensor> = {};
    for (const [name, value] of this.model.inputs) {
      const data = feeds[name];
      if (!data) throw new Error(`internal: the graph's input ${name} was not fed`);
      tensors[name] = new ort.Tensor(value.dtype, data as Float32Array, value.shape);
    }
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const [name, value] of Object.entries(this.model.outputs)) {
      const memory = into[name];
      fetches[name] = memory ? new ort.Tensor("float32", memory, value.shape) : null;
    }
    const results = await this.session.run(tensors, fetches);
    return Object.fromEntries(
      Object.keys(fetches).map((name) => [name, into[name] ?? (results[name]?.data as Float32Array)]),
    );
  }

  /** Inputs of this graph, by name. */
  get inputs(): EncodedModel["inputs"] {
    return this.model.inputs;
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

export const runtimeVersion = ort.env.versions.node ?? ort.env.versions.common;

/** "auto" is the CPU until a GPU path keeps its weights on the device; anything else is taken at its word. */
export function resolveDevice(wanted: "auto" | Device): Device {
  return wanted === "auto" ? "cpu" : wanted;
}

/** Names a device that could not be opened; a listed provider is not an available one. */
export function deviceUnavailable(device: Device, cause: unknown): AppError {
  return new AppError(
    "unavailable",
    `The device "${device}" could not be opened on this machine; choose "cpu" or install its driver.`,
    { cause },
  );
}
