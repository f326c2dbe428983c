/** @file The head of a safetensors file, bounded and checked. The engine has its own reader; this one looks at names and sizes only. */
import { open } from "node:fs/promises";
import { z } from "zod";
import { AppError } from "@/lib/errors";

const MAX_HEADER_BYTES = 64 * 1024 * 1024;

const Tensor = z.object({
  dtype: z.string().max(16),
  shape: z.array(z.int().min(0)).max(16),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

const DTYPE_BITS: Record<string, number> = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
};

export interface TensorInfo {
  name: string;
  dtype: string;
  shape: number[];
  elements: number;
}

export interface SafetensorsHeader {
  tensors: TensorInfo[];
  /** Of the file. */
  bytes: number;
}

/** Throws AppError `invalid_input` naming the file when it is no complete safetensors file. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const broken = (why: string, cause?: unknown) =>
    new AppError("invalid_input", `${path} is no valid safetensors file: ${why}.`, { cause });
  const file = await open(path, "r").catch((cause) => {
    throw broken("it can't be opened", cause);
  });
  try {
    const { size } = await file.stat();
    const prefix = Buffer.alloc(8);
    if ((await file.read(prefix, 0, 8, 0)).bytesRead < 8) throw broken("it is shorter than 8 bytes");
    const headerBytes = Number(prefix.readBigUInt64LE());
    if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size) {
      throw broken(`its header claims ${headerBytes} bytes of ${size}`);
    }
    const header = Buffer.alloc(headerBytes);
    if ((await file.read(header, 0, headerBytes, 8)).bytesRead < headerBytes) throw broken("its header is cut off");
    const tensors = parseTensors(header.toString("utf8"), size - 8 - headerBytes, broken);
    return { tensors, bytes: size };
  } finally {
    await file.close();
  }
}

function parseTensors(
  text: string,
  dataBytes: number,
  broken: (why: string, cause?: unknown) => AppError,
): TensorInfo[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw broken("its header is no JSON", cause);
  }
  const entries = z.record(z.string(), z.unknown()).safeParse(json);
  if (!entries.success) throw broken("its header is no object");
  return Object.entries(entries.data)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => {
      const tensor = Tensor.safeParse(value);
      if (!tensor.success) throw broken(`the entry ${name.slice(0, 100)} has another shape than the format asks for`);
      const { dtype, shape, data_offsets: offsets } = tensor.data;
      if (offsets[0] > offsets[1] || offsets[1] > dataBytes) {
        throw broken(`the tensor ${name.slice(0, 100)} lies outside of the file`);
      }
      const elements = shape.reduce((product, length) => product * length, 1);
      if (!fitsInto(elements, dtype, offsets[1] - offsets[0])) {
        throw broken(`the tensor ${name.slice(0, 100)} has another size than its shape says`);
      }
      return { name, dtype, shape, elements };
    });
}

/** Also false for a product that is no longer a safe integer. Of a type that we don't know, an element has at least one bit. */
function fitsInto(elements: number, dtype: string, bytes: number): boolean {
  const bits = Object.hasOwn(DTYPE_BITS, dtype) ? DTYPE_BITS[dtype] : undefined;
  return bits === undefined ? elements <= bytes * 8 : elements * bits === bytes * 8;
}
