/**
 * @file Puts data into the memory of a GPU and takes it back. ONNX Runtime's node binding (1.30) leaves a session's
 * outputs on a WebGPU device when asked, and feeds them to any other session, but has no call that copies in or out
 * (`getData` of such a tensor ends the process). So a session that copies its input does.
 */
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { type DeviceTensor, GraphSession, type Memory, type SessionOptions, type TensorData } from "./session";

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A graph whose output is its input. */
function copyGraph(floats: number) {
  return encodeModel({ outputs: { copy: new GraphBuilder().input("x", [floats]) } });
}

/** The same bytes as float32: bytes are all that is copied. What does not fill the last float is followed by zeros. */
function asFloats(data: TensorData): Float32Array {
  if (data.byteOffset % FLOAT_BYTES === 0 && data.byteLength % FLOAT_BYTES === 0)
    return new Float32Array(data.buffer, data.byteOffset, data.byteLength / FLOAT_BYTES);
  const floats = new Float32Array(Math.ceil(data.byteLength / FLOAT_BYTES));
  new Uint8Array(floats.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return floats;
}

export class DeviceMemory {
  /** By length: the graphs know their shapes. */
  private readonly uploads = new Map<number, Promise<GraphSession<Memory>>>();
  private readonly downloads = new Map<number, Promise<GraphSession>>();

  constructor(private readonly options: SessionOptions) {}

  /** The caller may overwrite `data` afterwards. */
  async put(data: TensorData): Promise<DeviceTensor> {
    const x = asFloats(data);
    let session = this.uploads.get(x.length);
    if (!session) {
      session = GraphSession.createResident(copyGraph(x.length), this.options, ["copy"]);
      this.uploads.set(x.length, session);
    }
    const { copy } = await (await session).run({ x });
    return copy as DeviceTensor;
  }

  /** Writes the tensor's values to `into`, which is as long as it. */
  async take(tensor: DeviceTensor, into: Float32Array): Promise<Float32Array> {
    let session = this.downloads.get(into.length);
    if (!session) {
      session = GraphSession.create(copyGraph(into.length), this.options);
      this.downloads.set(into.length, session);
    }
    await (await session).run({ x: tensor }, { copy: into });
    return into;
  }

  async dispose(): Promise<void> {
    for (const opened of await Promise.allSettled([...this.uploads.values(), ...this.downloads.values()]))
      if (opened.status === "fulfilled") await opened.value.dispose();
    this.uploads.clear();
    this.downloads.clear();
  }
}
