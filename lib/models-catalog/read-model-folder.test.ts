import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listModelFolders } from "./list-model-folders";
import { readModelFolder } from "./read-model-folder";

const root = mkdtempSync(join(tmpdir(), "codetune-models-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  max_position_embeddings: 64,
  vocab_size: 4,
  num_hidden_layers: 1,
  hidden_size: 2,
};

interface Entry {
  dtype?: string;
  shape: number[];
  bytes: number;
}

/** A safetensors file of zeros. */
function safetensors(entries: Record<string, Entry>): Buffer {
  let offset = 0;
  const header = Object.fromEntries(
    Object.entries(entries).map(([name, { dtype = "F32", shape, bytes }]) => {
      offset += bytes;
      return [name, { dtype, shape, data_offsets: [offset - bytes, offset] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(offset)]);
}

function folder(name: string, files: Record<string, string | Buffer>): string {
  const path = join(root, name);
  mkdirSync(path);
  const all = { "config.json": JSON.stringify(CONFIG), "tokenizer.json": "{}", ...files };
  for (const [file, content] of Object.entries(all)) writeFileSync(join(path, file), content);
  return path;
}

const q: Entry = { shape: [2, 2], bytes: 16 };
const Q = "model.layers.0.self_attn.q_proj.weight";
const UP = "model.layers.0.mlp.up_proj.weight";
const index = (weightMap: Record<string, string>) => JSON.stringify({ metadata: {}, weight_map: weightMap });

describe("a model folder", () => {
  it("in shards is found and counted like one file", async () => {
    folder("one", { "model.safetensors": safetensors({ [Q]: q, [UP]: q }) });
    folder("sharded", {
      "model-1.safetensors": safetensors({ [Q]: q }),
      // Only what the index says lies here counts.
      "model-2.safetensors": safetensors({ [UP]: q, [Q]: q }),
      "model.safetensors.index.json": index({ [Q]: "model-1.safetensors", [UP]: "model-2.safetensors" }),
    });
    const found = await listModelFolders({ bundledModels: "/nowhere", models: root, huggingFaceCache: "/nowhere" });
    expect(found.map(({ id }) => id)).toEqual(["one", "sharded"]);
    const [one, sharded] = await Promise.all(found.map(({ path, id }) => readModelFolder(path, id, false)));
    expect(one).toMatchObject({ parameters: 8, linearModules: ["q_proj", "up_proj"] });
    expect(sharded).toMatchObject({ parameters: 8, linearModules: ["q_proj", "up_proj"] });
  });

  it("of GPT-2 is read by its own names, and its masks are no parameters", async () => {
    const path = folder("gpt2", {
      "config.json": JSON.stringify({ model_type: "gpt2", n_positions: 8, vocab_size: 4, n_layer: 1, n_embd: 2 }),
      "model.safetensors": safetensors({
        "h.0.attn.c_attn.weight": { shape: [2, 6], bytes: 48 },
        "h.0.attn.c_attn.bias": { shape: [6], bytes: 24 },
        "h.0.attn.bias": { shape: [1, 1, 8, 8], bytes: 256 },
      }),
    });
    expect(await readModelFolder(path, "m", false)).toMatchObject({
      parameters: 18,
      contextLength: 8,
      layers: 1,
      hiddenSize: 2,
      linearModules: ["c_attn"],
    });
  });

  it("is refused when its index is broken, leaves the folder, or names a shard that is not there", async () => {
    for (const [i, text] of ["{", "{}", index({ [Q]: "../one/model.safetensors" })].entries()) {
      const path = folder(`broken-index-${i}`, { "model.safetensors.index.json": text });
      await expect(readModelFolder(path, "m", false)).rejects.toThrow("model.safetensors.index.json");
    }
    const path = folder("no-shard", { "model.safetensors.index.json": index({ [Q]: "gone.safetensors" }) });
    await expect(readModelFolder(path, "m", false)).rejects.toThrow("gone.safetensors");
  });

  it.each([["mamba"], ["constructor"], [undefined]])(
    "of type %s is refused with the types that can be trained",
    async (type) => {
      const path = folder(`type-${type}`, {
        "config.json": JSON.stringify({ ...CONFIG, model_type: type }),
        "model.safetensors": safetensors({ [Q]: q }),
      });
      await expect(readModelFolder(path, "m", false)).rejects.toMatchObject({
        code: "invalid_input",
        message: expect.stringMatching(/^config\.json of m .*supported: llama, .*\.$/),
      });
    },
  );

  it.each<[string, Entry]>([
    ["an endless product", { shape: [1e15, 1e15, 1e300], bytes: 16 }],
    ["more elements than bytes", { shape: [1_000_000, 1_000_000], bytes: 16 }],
    ["fewer elements than bytes", { shape: [2], bytes: 16 }],
    ["an unknown type without end", { dtype: "X1", shape: [9e15, 9e15], bytes: 16 }],
  ])("whose tensor claims %s is refused", async (name, entry) => {
    const path = folder(name.replaceAll(" ", "-"), { "model.safetensors": safetensors({ [Q]: entry }) });
    await expect(readModelFolder(path, "m", false)).rejects.toThrow(/another size|another shape/);
  });
});
