/**
 * @file Puts data into the memory of a GPU and takes it back. ONNX Runtime's node binding (1.30) leaves a session's
 * outputs on a WebGPU device when asked, and feeds them to any other session, but has no call that copies in or out
 * (`getData` of such a tensor ends the process). So a session that copies its input does.
 */
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { type DeviceTensor, GraphSession, type Memory, type SessionOptions, type TensorData } from "./session";

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A graph whose outputs are its inputs. */
function copyGraph(lengths: readonly number[]) {
  const b = new GraphBuilder();
  const copies = lengths.map((floats, i) => [copyName(i), b.input(inputName(i), [floats])] as const);
  return encodeModel({ outputs: Object.fromEntries(copies) });
}

const inputName = (index: number) => `x${index}`;
const copyName = (index: number) => `copy${index}`;

/** The same bytes as float32: bytes are all that is copied. What does not fill the last float is followed by zeros. */
function asFloats(data: TensorData): Float32Array {
  if (data.byteOffset % FLOAT_BYTES === 0 && data.byteLength % FLOAT_BYTES === 0)
    return new Float32Array(data.buffer, data.byteOffset, data.byteLength / FLOAT_BYTES);
  const floats = new Float32Array(Math.ceil(data.byteLength / FLOAT_BYTES));
  new Uint8Array(floats.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return floats;
}

export class DeviceMemory {
  /** By lengths: the graphs know their shapes. */
  private readonly uploads = new Map<string, Promise<GraphSession<Memory>>>();
  private readonly downloads = new Map<number, Promise<GraphSession>>();

  constructor(private readonly options: SessionOptions) {}

  /** The caller may overwrite `data` afterwards. */
  async put(data: TensorData): Promise<DeviceTensor> {
    const { only } = await this.putAll({ only: data });
    return only as DeviceTensor;
  }

  /** All in one go, under the same names. */
  async putAll(named: Readonly<Record<string, TensorData>>): Promise<Record<string, DeviceTensor>> {
    const names = Object.keys(named);
    if (names.length === 0) return {};
    const parts = Object.values(named).map(asFloats);
    const lengths = parts.map((part) => part.length);
    const key = lengths.join();
    let session = this.uploads.get(key);
    if (!session) {
      const graph = copyGraph(lengths);
      session = GraphSession.createResident(graph, this.options, Object.keys(graph.outputs));
      this.uploads.set(key, session);
    }
    const copies = await (await session).run(Object.fromEntries(parts.map((part, i) => [inputName(i), part])));
    return Object.fromEntries(names.map((name, i) => [name, copies[copyName(i)] as DeviceTensor]));
  }

  /** Writes the tensor's values to `into`, which is as long as it. */
  async take(tensor: DeviceTensor, into: Float32Array): Promise<Float32Array> {
    let session = this.downloads.get(into.length);
    if (!session) {
      session = GraphSession.create(copyGraph([into.length]), this.options);
      this.downloads.set(into.length, session);
    }
    await (await session).run({ [inputName(0)]: tensor }, { [copyName(0)]: into });
    return into;
  }

  async dispose(): Promise<void> {
    for (const opened of await Promise.allSettled([...this.uploads.values(), ...this.downloads.values()]))
      if (opened.status === "fulfilled") await opened.value.dispose();
    this.uploads.clear();
    this.downloads.clear();
  }
}
