/** @file Writing safetensors files, byte-for-byte reproducible from the same tensors. */
import type { FileHandle } from "node:fs/promises";
import { AppError } from "@/lib/errors";
import { durableWrite } from "./durable-write";
import { narrowBf16, narrowF16 } from "./widen";

const CHUNK_ELEMENTS = 4 * 1024 * 1024;

export type WritableDtype = "F32" | "F16" | "BF16";

export interface WritableTensor {
  name: string;
  shape: readonly number[];
  /** Row-major, as many values as the shape says. Bytes are written as U8, whatever the file's `dtype`. */
  data: Float32Array | Uint8Array;
}

/**
 * Writes tensors to a temporary name, flushes it to disk and renames it to `path`.
 * Tensors are laid out in the order of their names; the header is padded so that the data begins at a multiple of 8.
 * @throws AppError invalid_input for a duplicate name, a shape that does not fit, or a finite value too large for `dtype`
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly WritableTensor[],
  options: { dtype?: WritableDtype; metadata?: Record<string, string> } = {},
): Promise<void> {
  const dtype = options.dtype ?? "F32";
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const entries: [string, unknown][] = [["__metadata__", { format: "pt", ...options.metadata }]];
  const names = new Set<string>(["__metadata__"]);
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    if (names.has(name))
      throw new AppError("invalid_input", `${path}: the tensor name ${JSON.stringify(name)} is taken twice.`);
    names.add(name);
    const elements = shape.reduce((product, n) => product * n, 1);
    if (elements !== data.length) {
      throw new AppError(
        "invalid_input",
        `${path}: tensor ${JSON.stringify(name)} of shape [${shape.join(", ")}] needs ${elements} values, got ${data.length}.`,
      );
    }
    const isBytes = data instanceof Uint8Array;
    const end = offset + elements * (isBytes ? 1 : dtype === "F32" ? 4 : 2);
    entries.push([name, { dtype: isBytes ? "U8" : dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // fromEntries defines own properties, so even a tensor called __proto__ keeps its name.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const head = new Uint8Array(8 + headerBytes).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerBytes), true);
  head.set(json, 8);

  await durableWrite(path, async (handle) => {
    await writeFully(handle, head);
    for (const { name, data } of sorted) {
      for (let start = 0; start < data.length; start += CHUNK_ELEMENTS) {
        const part = data.subarray(start, start + CHUNK_ELEMENTS);
        const stored = part instanceof Uint8Array || dtype === "F32" ? part : narrow(path, name, part, dtype);
        await writeFully(handle, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
      }
    }
  });
}

function narrow(path: string, name: string, values: Float32Array, dtype: "F16" | "BF16"): Uint16Array {
  const bits = dtype === "BF16" ? narrowBf16(values) : narrowF16(values);
  const infinity = dtype === "BF16" ? 0x7f80 : 0x7c00;
  for (let i = 0; i < bits.length; i++) {
    if (((bits[i] as number) & 0x7fff) === infinity && Number.isFinite(values[i])) {
      throw new AppError(
        "invalid_input",
        `${path}: tensor ${JSON.stringify(name)} holds ${values[i]}, too large for ${dtype}.`,
      );
    }
  }
  return bits;
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
  }
}
