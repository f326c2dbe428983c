/**
 * @file The header of a safetensors file, which comes from strangers and is checked in full before anything is read.
 * Format: u64 little-endian header length, that many bytes of JSON, then the data; offsets count from the data's start.
 * Spec: https://github.com/huggingface/safetensors#format (no holes, no overlaps, no duplicate keys).
 */
import { AppError } from "@/lib/errors";

const BYTES_PER_ELEMENT = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type SafetensorsDtype = keyof typeof BYTES_PER_ELEMENT;

/** The reference implementation's own bound. */
export const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 200_000;
const MAX_DIMENSIONS = 16;
const MAX_NAME_LENGTH = 1000;

export interface SafetensorsTensor {
  dtype: SafetensorsDtype;
  shape: readonly number[];
  /** From the start of the file, so it can be handed to ONNX Runtime as an external data offset. */
  byteOffset: number;
  byteLength: number;
}

export interface SafetensorsHeader {
  tensors: Map<string, SafetensorsTensor>;
  metadata: Record<string, string>;
}

/** Names come from the file; keep what is shown short and printable. */
function shown(name: string): string {
  const printable = name.replace(/[^\x20-\x7e]/g, "?");
  return JSON.stringify(printable.length > 120 ? `${printable.slice(0, 117)}...` : printable);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first key that one object of the (already valid) JSON text names twice; JSON.parse would keep the last silently. */
function findDuplicateKey(json: string): string | null {
  const scopes: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") {
      scopes.push(new Set());
      expectsKey = true;
    } else if (character === "[") {
      scopes.push(null);
      expectsKey = false;
    } else if (character === "}" || character === "]") {
      scopes.pop();
      expectsKey = false;
    } else if (character === ",") {
      expectsKey = scopes[scopes.length - 1] !== null;
    } else if (character === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      const keys = scopes[scopes.length - 1];
      if (expectsKey && keys) {
        const key = JSON.parse(json.slice(start, i + 1)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
        expectsKey = false;
      }
    }
  }
  return null;
}

/**
 * Checks a header against the file it came from.
 * @param headerBytes the JSON bytes, without the 8 bytes of length before them
 * @param fileBytes size of the whole file
 * @throws AppError invalid_input, naming the file and the tensor
 */
export function parseHeader(path: string, headerBytes: Uint8Array, fileBytes: number): SafetensorsHeader {
  const fail = (problem: string, cause?: unknown): never => {
    throw new AppError("invalid_input", `${path} is not a usable safetensors file: ${problem}.`, { cause });
  };
  let json = "";
  let parsed: unknown;
  try {
    json = new TextDecoder("utf-8", { fatal: true }).decode(headerBytes);
    parsed = JSON.parse(json);
  } catch (error) {
    return fail("its header is not valid JSON", error);
  }
  if (!json.startsWith("{") || !isRecord(parsed)) return fail("its header is not a JSON object");
  const duplicate = findDuplicateKey(json);
  if (duplicate !== null) return fail(`its header names ${shown(duplicate)} twice`);

  const { __metadata__: rawMetadata, ...entries } = parsed;
  const metadata: Record<string, string> = {};
  if (rawMetadata !== undefined) {
    if (!isRecord(rawMetadata)) return fail("its __metadata__ is not an object");
    for (const [key, value] of Object.entries(rawMetadata)) {
      if (typeof value !== "string") return fail(`its __metadata__ entry ${shown(key)} is not text`);
      metadata[key] = value;
    }
  }

  const names = Object.keys(entries);
  if (names.length > MAX_TENSORS) return fail(`it lists ${names.length} tensors, at most ${MAX_TENSORS} are read`);
  const dataStart = 8 + headerBytes.byteLength;
  const found: { name: string; tensor: SafetensorsTensor }[] = [];
  for (const name of names) {
    if (name === "" || name.length > MAX_NAME_LENGTH) {
      return fail(`the tensor name ${shown(name)} must have 1 to ${MAX_NAME_LENGTH} characters`);
    }
    const entry = entries[name];
    const tensorFail = (problem: string) => fail(`tensor ${shown(name)} ${problem}`);
    if (!isRecord(entry)) return tensorFail("is not described by an object");
    const unknownKey = Object.keys(entry).find((key) => !["dtype", "shape", "data_offsets"].includes(key));
    if (unknownKey !== undefined) return tensorFail(`has the unknown property ${shown(unknownKey)}`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (typeof dtype !== "string" || !Object.hasOwn(BYTES_PER_ELEMENT, dtype)) {
      return tensorFail(`has the unknown dtype ${shown(String(dtype))}`);
    }
    if (
      !Array.isArray(shape) ||
      shape.length > MAX_DIMENSIONS ||
      !shape.every((n) => Number.isSafeInteger(n) && n >= 0)
    ) {
      return tensorFail(`has a shape that is not a list of at most ${MAX_DIMENSIONS} whole numbers ≥ 0`);
    }
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
      return tensorFail("has data_offsets that are not two whole numbers ≥ 0");
    }
    const [begin, end] = offsets as [number, number];
    if (end < begin) return tensorFail(`ends (${end}) before it begins (${begin})`);
    if (dataStart + end > fileBytes) {
      return tensorFail(
        `ends at byte ${dataStart + end}, but the file has ${fileBytes} (cut off, or not fully downloaded?)`,
      );
    }
    const bytes = (shape as number[]).reduce((product, n) => product * n, BYTES_PER_ELEMENT[dtype as SafetensorsDtype]);
    if (bytes !== end - begin) {
      return tensorFail(`occupies ${end - begin} bytes, but ${dtype} of shape [${shape.join(", ")}] needs ${bytes}`);
    }
    found.push({
      name,
      tensor: { dtype: dtype as SafetensorsDtype, shape, byteOffset: dataStart + begin, byteLength: end - begin },
    });
  }

  let position = dataStart;
  const byOffset = found.toSorted(
    (a, b) => a.tensor.byteOffset - b.tensor.byteOffset || a.tensor.byteLength - b.tensor.byteLength,
  );
  for (const { name, tensor } of byOffset) {
    if (tensor.byteOffset < position) return fail(`tensor ${shown(name)} overlaps the one before it`);
    if (tensor.byteOffset > position) {
      return fail(`${tensor.byteOffset - position} bytes before tensor ${shown(name)} belong to no tensor`);
    }
    position = tensor.byteOffset + tensor.byteLength;
  }
  if (position !== fileBytes) return fail(`its last ${fileBytes - position} bytes belong to no tensor`);
  return { tensors: new Map(found.map(({ name, tensor }) => [name, tensor])), metadata };
}
