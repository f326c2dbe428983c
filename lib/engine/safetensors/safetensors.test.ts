import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { Rng } from "../optim/rng";
import { openCheckpoint } from "./open-checkpoint";
import { openSafetensors } from "./open-safetensors";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "./widen";
import { writeSafetensors } from "./write-safetensors";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "safetensors-"));
  path = join(dir, "model.safetensors");
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

const randomTensors = () => {
  const rng = Rng.seeded(1);
  const values = (count: number) => Float32Array.from({ length: count }, () => rng.normal() * 10 ** (rng.below(9) - 4));
  return [
    { name: "model.layers.0.weight", shape: [3, 5], data: values(15) },
    { name: "a", shape: [7], data: values(7) },
    { name: "scalar", shape: [], data: values(1) },
    { name: "empty", shape: [0, 4], data: new Float32Array(0) },
    { name: "__proto__", shape: [2], data: values(2) },
    { name: 'ünïcode " \\ name', shape: [1, 1, 2], data: values(2) },
  ];
};

test("F32 comes back bit for bit, with the data aligned to 8 bytes and nothing left beside the file", async () => {
  const tensors = randomTensors();
  tensors[0]?.data.set([-0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45]);
  await writeSafetensors(path, tensors, { metadata: { maker: "test" } });
  const file = await openSafetensors(path);
  expect(file.metadata).toEqual({ format: "pt", maker: "test" });
  expect([...file.tensors.keys()].toSorted()).toEqual(tensors.map(({ name }) => name).toSorted());
  for (const { name, shape, data } of tensors) {
    const read = await file.read(name);
    expect(new Uint8Array(read.buffer)).toEqual(new Uint8Array(data.buffer));
    expect(file.tensors.get(name)?.shape).toEqual(shape);
  }
  await file.close();
  const bytes = await readFile(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  expect(headerBytes % 8).toBe(0);
  // The offsets are absolute: what ONNX Runtime is given as external data is the tensor.
  const { byteOffset } = file.tensors.get("a") ?? {};
  expect(bytes.readFloatLE(byteOffset)).toBe(tensors[1]?.data[0]);
  expect(await readdir(dir)).toEqual(["model.safetensors"]);
});

test("the same tensors give the same bytes, in whatever order they come", async () => {
  const tensors = randomTensors();
  await writeSafetensors(path, tensors);
  const first = await readFile(path);
  await writeSafetensors(path, tensors.toReversed());
  expect((await readFile(path)).equals(first)).toBe(true);
});

test.each([
  ["BF16", narrowBf16, widenBf16],
  ["F16", narrowF16, widenF16],
] as const)("%s: all 65,536 patterns widen and narrow to themselves", (_, narrow, widen) => {
  const patterns = Uint16Array.from({ length: 65536 }, (_value, i) => i);
  const wide = new Float32Array(65536);
  widen(patterns, wide, 0);
  const back = narrow(wide);
  for (let i = 0; i < 65536; i++) {
    if (Number.isNaN(wide[i])) {
      const again = new Float32Array(1);
      widen(back.subarray(i, i + 1), again, 0);
      if (!Number.isNaN(again[0])) throw new Error(`NaN pattern ${i} became ${again[0]}`);
    } else if (back[i] !== i) throw new Error(`pattern ${i} (${wide[i]}) became ${back[i]}`);
  }
});

test.each([
  ["BF16", narrowBf16, widenBf16],
  ["F16", narrowF16, widenF16],
] as const)("%s: values between two patterns go to the nearer, ties to the even one", (_, narrow, widen) => {
  const patterns = Uint16Array.from({ length: 65536 }, (_value, i) => i);
  const wide = new Float32Array(65536);
  widen(patterns, wide, 0);
  for (let i = 0; i < 0x7fff; i++) {
    const low = wide[i] as number;
    const high = wide[i + 1] as number;
    if (!Number.isFinite(high)) continue;
    const middle = (low + high) / 2;
    const even = i % 2 === 0 ? i : i + 1;
    // Neighbouring float32 values, but for the smallest bfloat16 whose neighbours are float32 subnormals themselves.
    const below = low + (middle - low) * 0.75;
    const above = high - (high - middle) * 0.75;
    const narrowed = narrow(Float32Array.of(middle, below, above, -middle));
    const expected = [even, i, i + 1, even | 0x8000];
    if (narrowed.join() !== expected.join()) throw new Error(`${low}…${high}: ${narrowed} instead of ${expected}`);
  }
});

test.each(["BF16", "F16"] as const)(
  "%s files are read as the rounded values; a value too large is refused",
  async (dtype) => {
    const tensors = randomTensors();
    await writeSafetensors(path, tensors, { dtype });
    const file = await openSafetensors(path);
    for (const { name, data } of tensors) {
      const read = await file.read(name);
      for (const [i, value] of data.entries()) {
        const tolerance = Math.abs(value) * (dtype === "BF16" ? 2 ** -8 : 2 ** -11) + (dtype === "F16" ? 2 ** -25 : 0);
        expect(Math.abs((read[i] as number) - value)).toBeLessThanOrEqual(tolerance);
      }
      expect((await file.readRaw(name)).byteLength).toBe(data.length * 2);
    }
    await file.close();
    const tooLarge = [{ name: "w", shape: [1], data: Float32Array.of(3.4e38) }];
    await expect(writeSafetensors(join(dir, "x"), tooLarge, { dtype })).rejects.toThrow(/"w".*too large for/);
    expect(await readdir(dir)).toEqual(["model.safetensors"]);
  },
);

test("tensors longer than one read are whole", async () => {
  const data = Float32Array.from({ length: 9_000_000 }, (_, i) => i % 251);
  await writeSafetensors(path, [{ name: "w", shape: [data.length], data }], { dtype: "F16" });
  const file = await openSafetensors(path);
  const read = await file.read("w");
  await file.close();
  expect(read.length).toBe(data.length);
  for (let i = 0; i < data.length; i++) if (read[i] !== data[i]) throw new Error(`differs at ${i}`);
});

test("refuses to write two tensors of one name, or a shape that does not fit", async () => {
  const w = { name: "w", shape: [2], data: new Float32Array(2) };
  await expect(writeSafetensors(path, [w, w])).rejects.toThrow(/"w" is taken twice/);
  await expect(writeSafetensors(path, [{ ...w, shape: [3] }])).rejects.toThrow(/needs 3 values, got 2/);
  expect(await readdir(dir)).toEqual([]);
});

/** A file from a header given as text (or bytes), and so many bytes of data. */
function fileOf(header: string | Uint8Array, dataBytes: number, headerLength?: bigint): Uint8Array {
  const json = typeof header === "string" ? Buffer.from(header) : header;
  const bytes = Buffer.alloc(8 + json.byteLength + dataBytes);
  bytes.writeBigUInt64LE(headerLength ?? BigInt(json.byteLength), 0);
  bytes.set(json, 8);
  return bytes;
}
const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = "F32") =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const hostile: [string, Uint8Array, RegExp][] = [
  ["an empty file", new Uint8Array(0), /0 bytes, fewer than the 8/],
  ["seven bytes", new Uint8Array(7), /7 bytes, fewer than the 8/],
  ["a header length beyond the bound", fileOf("{}", 0, 100_000_001n), /claims 100000001 bytes, at most 100000000/],
  ["the largest header length", fileOf("{}", 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
  ["a header length beyond the file", fileOf("{}", 4, 50n), /claims 50 bytes, but the file has only 14/],
  ["no JSON", fileOf("{nope", 0), /not valid JSON/],
  ["an empty header", fileOf("", 0), /not valid JSON/],
  ["JSON that is no object", fileOf("[1]", 0), /not a JSON object/],
  ["JSON null", fileOf("null", 0), /not a JSON object/],
  ["bytes that are no UTF-8", fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0), /not valid JSON/],
  ["JSON nested too deep", fileOf(`{"a":${"[".repeat(200_000)}`, 0), /not valid JSON/],
  ["metadata that is no object", fileOf(`{"__metadata__":3}`, 0), /__metadata__ is not an object/],
  ["metadata that is not text", fileOf(`{"__metadata__":{"a":1}}`, 0), /"a" is not text/],
  ["a name twice", fileOf(`{"w":${tensor(0, 4)},"w":${tensor(0, 4)}}`, 4), /names "w" twice/],
  ["a name twice, once escaped", fileOf(`{"w":${tensor(0, 4)},"\\u0077":${tensor(0, 4)}}`, 4), /names "w" twice/],
  [
    "a property twice",
    fileOf(`{"w":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}`, 4),
    /"dtype" twice/,
  ],
  ["a tensor that is no object", fileOf(`{"w":7}`, 0), /tensor "w" is not described by an object/],
  ["an empty name", fileOf(`{"":${tensor(0, 4)}}`, 4), /must have 1 to 1000 characters/],
  ["a huge name", fileOf(`{"${"x".repeat(5000)}":${tensor(0, 4)}}`, 4), /must have 1 to 1000 characters/],
  ["an unknown dtype", fileOf(`{"w":${tensor(0, 4, [1], "F31")}}`, 4), /unknown dtype "F31"/],
  ["a dtype from the prototype", fileOf(`{"w":${tensor(0, 4, [1], "toString")}}`, 4), /unknown dtype "toString"/],
  ["a negative dimension", fileOf(`{"w":${tensor(0, 4, [-1])}}`, 4), /shape that is not a list/],
  ["a fractional dimension", fileOf(`{"w":${tensor(0, 4, [0.5, 2])}}`, 4), /shape that is not a list/],
  [
    "a dimension beyond whole numbers",
    fileOf(`{"w":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}`, 4),
    /shape that is/,
  ],
  ["too many dimensions", fileOf(`{"w":${tensor(0, 4, new Array(40).fill(1))}}`, 4), /at most 16/],
  [
    "a shape that overflows",
    fileOf(`{"w":${tensor(0, 4, [2 ** 40, 2 ** 40, 2 ** 40])}}`, 4),
    /occupies 4 bytes, but F32/,
  ],
  ["a shape that is no list", fileOf(`{"w":${tensor(0, 4, "1")}}`, 4), /shape that is not a list/],
  [
    "offsets that are no pair",
    fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, 4),
    /data_offsets that are not two/,
  ],
  ["negative offsets", fileOf(`{"w":${tensor(-4, 0)}}`, 4), /data_offsets that are not two/],
  ["offsets the wrong way round", fileOf(`{"w":${tensor(4, 0, [1])}}`, 4), /ends \(0\) before it begins \(4\)/],
  ["a cut-off file", fileOf(`{"w":${tensor(0, 4000)}}`, 3999), /tensor "w" ends at byte .* but the file has/],
  [
    "a size that does not match",
    fileOf(`{"w":${tensor(0, 4, [2])}}`, 4),
    /occupies 4 bytes, but F32 of shape \[2\] needs 8/,
  ],
  ["overlapping tensors", fileOf(`{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12), /tensor "b" overlaps/],
  ["two tensors in one place", fileOf(`{"a":${tensor(0, 4)},"b":${tensor(0, 4)}}`, 4), /overlaps/],
  ["a hole", fileOf(`{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12), /4 bytes before tensor "b" belong to no tensor/],
  ["a hole at the start", fileOf(`{"a":${tensor(4, 8)}}`, 8), /4 bytes before tensor "a"/],
  ["data after the last tensor", fileOf(`{"a":${tensor(0, 4)}}`, 9), /last 5 bytes belong to no tensor/],
  [
    "an unknown property",
    fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4),
    /unknown property "x"/,
  ],
  ["control characters in a name", fileOf(`{"\\u001b[31mred\\n":7}`, 0), /tensor "\?\[31mred\?" is not described/],
];

test.each(hostile)("%s is refused in one sentence that names the file", async (_, bytes, sentence) => {
  await writeFile(path, bytes);
  const error = await openSafetensors(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(sentence) });
  const { message } = error as AppError;
  expect(message.startsWith(path)).toBe(true);
  expect(message.includes("\n")).toBe(false);
  expect(message.length).toBeLessThan(path.length + 300);
});

test("a file with 300,000 tensors is refused", async () => {
  const names = Array.from({ length: 300_000 }, (_, i) => `"${i}":${tensor(0, 0, [0])}`);
  await writeFile(path, fileOf(`{${names.join()}}`, 0));
  await expect(openSafetensors(path)).rejects.toThrow(/lists 300000 tensors/);
});

test("a flipped byte anywhere in the header never does worse than a clear refusal", async () => {
  await writeSafetensors(path, randomTensors());
  const sound = await readFile(path);
  const rng = Rng.seeded(8);
  for (let i = 0; i < 8 + Number(sound.readBigUInt64LE(0)); i++) {
    const damaged = Buffer.from(sound);
    damaged[i] = rng.below(256);
    await writeFile(path, damaged);
    try {
      await (await openSafetensors(path)).close();
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
    }
  }
});

test("missing files, folders and integer tensors are refused by name", async () => {
  await expect(openSafetensors(path)).rejects.toMatchObject({ code: "not_found" });
  await expect(openSafetensors(dir)).rejects.toBeInstanceOf(AppError);
  await writeFile(path, fileOf(`{"ids":${tensor(0, 8, [1], "I64")}}`, 8));
  const file = await openSafetensors(path);
  await expect(file.read("ids")).rejects.toThrow(/tensor "ids" is I64/);
  await expect(file.read("other")).rejects.toThrow(/no tensor named "other"/);
  expect((await file.readRaw("ids")).byteLength).toBe(8);
  await file.close();
});

test("shards are read through their index", async () => {
  const [first, second] = randomTensors();
  if (!first || !second) throw new Error("two tensors are needed");
  await writeSafetensors(join(dir, "model-00001-of-00002.safetensors"), [first]);
  await writeSafetensors(join(dir, "model-00002-of-00002.safetensors"), [second]);
  const index = {
    metadata: { total_size: 88 },
    weight_map: {
      [first.name]: "model-00001-of-00002.safetensors",
      [second.name]: "model-00002-of-00002.safetensors",
    },
  };
  const indexPath = join(dir, "model.safetensors.index.json");
  await writeFile(indexPath, JSON.stringify(index));
  const checkpoint = await openCheckpoint(dir);
  expect(await checkpoint.read(second.name)).toEqual(second.data);
  expect(checkpoint.tensors.get(first.name)?.path).toBe(join(dir, "model-00001-of-00002.safetensors"));
  await expect(checkpoint.read("nothing")).rejects.toThrow(/no tensor named "nothing"/);
  await checkpoint.close();

  const refused: [unknown, RegExp][] = [
    [{ weight_map: { w: "../secret.safetensors" } }, /not the name of a .safetensors file beside it/],
    [{ weight_map: { w: "/etc/x.safetensors" } }, /not the name of/],
    [{ weight_map: { w: 3 } }, /weight_map/],
    [{}, /weight_map/],
    [{ weight_map: { w: "model-00001-of-00002.safetensors" } }, /holds "w", but it does not/],
    [{ weight_map: { w: "model-00003-of-00002.safetensors" } }, /cannot be opened/],
  ];
  for (const [content, sentence] of refused) {
    await writeFile(indexPath, JSON.stringify(content));
    await expect(openCheckpoint(dir)).rejects.toThrow(sentence);
    await expect(openCheckpoint(dir)).rejects.toBeInstanceOf(AppError);
  }
  await writeFile(indexPath, "{");
  await expect(openCheckpoint(dir)).rejects.toThrow(/index.json is not valid JSON/);
  await mkdir(join(dir, "empty"));
  await expect(openCheckpoint(join(dir, "empty"))).rejects.toThrow(/has no model.safetensors/);
});
