/** @file Reading safetensors files. The header is checked in full on opening; data is read tensor by tensor. */
import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "@/lib/errors";
import { MAX_HEADER_BYTES, parseHeader, type SafetensorsTensor } from "./parse-header";
import { type Half, narrowBf16, widenBf16, widenF16 } from "./widen";

/** Read calls are at most this long, which bounds the extra memory of widening. */
const CHUNK_BYTES = 16 * 1024 * 1024;
/** Below the 2 GiB limit of read(2). */
const LONGEST_READ_BYTES = 2 ** 30;

export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensor's values, row-major. F32 as they are, BF16 and F16 widened exactly; other dtypes are refused. */
  read(name: string): Promise<Float32Array>;
  /** The tensor in 16 bits: BF16 and F16 as they are, F32 rounded to BF16; other dtypes are refused. */
  readHalf(name: string): Promise<Half>;
  /** The tensor's bytes as stored. */
  readRaw(name: string): Promise<Uint8Array>;
  /** The same into memory of that length, in few calls: a reader that goes on while JavaScript is busy. */
  readRawInto(name: string, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens one safetensors file.
 * @throws AppError not_found when there is no such file; invalid_input naming the file and tensor when it is broken
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new AppError("not_found", `${path} cannot be opened; check that the file exists and is readable.`, {
      cause: error,
    });
  });
  try {
    const { tensors, metadata } = await readHeader(handle, path);
    return new OpenFile(path, handle, tensors, metadata);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHeader(handle: FileHandle, path: string) {
  const status = await handle.stat();
  const invalid = (problem: string) =>
    new AppError("invalid_input", `${path} is not a usable safetensors file: ${problem}.`);
  if (!status.isFile()) throw invalid("it is not a regular file");
  if (status.size < 8) throw invalid(`it has ${status.size} bytes, fewer than the 8 that every header begins with`);
  const lengthBytes = new Uint8Array(8);
  await readFully(handle, path, lengthBytes, 0);
  const headerLength = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  if (headerLength > BigInt(MAX_HEADER_BYTES)) {
    throw invalid(`its header claims ${headerLength} bytes, at most ${MAX_HEADER_BYTES} are allowed`);
  }
  const headerBytes = Number(headerLength);
  if (8 + headerBytes > status.size) {
    throw invalid(`its header claims ${headerBytes} bytes, but the file has only ${status.size}`);
  }
  const header = new Uint8Array(headerBytes);
  await readFully(handle, path, header, 8);
  return parseHeader(path, header, status.size);
}

async function readFully(
  handle: FileHandle,
  path: string,
  target: Uint8Array,
  position: number,
  chunkBytes = CHUNK_BYTES,
): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await handle.read(
      target,
      done,
      Math.min(chunkBytes, target.byteLength - done),
      position + done,
    );
    if (bytesRead === 0) {
      throw new AppError(
        "invalid_input",
        `${path} became shorter while it was read; do not change model files during a run.`,
      );
    }
    done += bytesRead;
  }
}

class OpenFile implements SafetensorsFile {
  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    readonly tensors: ReadonlyMap<string, SafetensorsTensor>,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  private get(name: string): SafetensorsTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new AppError("invalid_input", `${this.path} has no tensor named ${JSON.stringify(name)}.`);
    return tensor;
  }

  private notFloat(name: string, { dtype }: SafetensorsTensor): AppError {
    return new AppError(
      "invalid_input",
      `${this.path}: tensor ${JSON.stringify(name)} is ${dtype}, but weights must be F32, F16 or BF16.`,
    );
  }

  async read(name: string): Promise<Float32Array> {
    const tensor = this.get(name);
    if (tensor.dtype === "F32") {
      const raw = await this.readRaw(name);
      return new Float32Array(raw.buffer, 0, raw.byteLength / 4);
    }
    if (tensor.dtype !== "BF16" && tensor.dtype !== "F16") throw this.notFloat(name, tensor);
    const widen = tensor.dtype === "BF16" ? widenBf16 : widenF16;
    const values = new Float32Array(tensor.byteLength / 2);
    const chunk = new Uint16Array(Math.min(CHUNK_BYTES, tensor.byteLength) / 2);
    for (let start = 0; start < values.length; start += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, values.length - start));
      const bytes = new Uint8Array(part.buffer, 0, part.byteLength);
      await readFully(this.handle, this.path, bytes, tensor.byteOffset + start * 2);
      widen(part, values, start);
    }
    return values;
  }

  async readHalf(name: string): Promise<Half> {
    const tensor = this.get(name);
    const { dtype } = tensor;
    if (dtype === "BF16" || dtype === "F16") {
      const raw = await this.readRaw(name);
      return { bits: new Uint16Array(raw.buffer, 0, raw.byteLength / 2), dtype };
    }
    if (dtype !== "F32") throw this.notFloat(name, tensor);
    const bits = new Uint16Array(tensor.byteLength / 4);
    const chunk = new Float32Array(Math.min(CHUNK_BYTES, tensor.byteLength) / 4);
    for (let start = 0; start < bits.length; start += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, bits.length - start));
      await readFully(
        this.handle,
        this.path,
        new Uint8Array(part.buffer, 0, part.byteLength),
        tensor.byteOffset + start * 4,
      );
      bits.set(narrowBf16(part), start);
    }
    return { bits, dtype: "BF16" };
  }

  async readRaw(name: string): Promise<Uint8Array> {
    const tensor = this.get(name);
    // A buffer of its own (never Node's shared pool), so that views of it are aligned wherever the data is in the file.
    const bytes = new Uint8Array(tensor.byteLength);
    await readFully(this.handle, this.path, bytes, tensor.byteOffset);
    return bytes;
  }

  async readRawInto(name: string, target: Uint8Array): Promise<void> {
    await readFully(this.handle, this.path, target, this.get(name).byteOffset, LONGEST_READ_BYTES);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
