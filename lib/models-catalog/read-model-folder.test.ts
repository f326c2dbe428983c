import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expectedWeights } from "../engine/models/architecture";
import { readArchitecture } from "../engine/models/open-architecture";
import { listModelFolders } from "./list-model-folders";
import { readModelFolder, readModelParts } from "./read-model-folder";

const root = mkdtempSync(join(tmpdir(), "codetune-models-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  max_position_embeddings: 64,
  vocab_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  hidden_size: 2,
  intermediate_size: 3,
  tie_word_embeddings: true,
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
const EMBEDDING = "model.embed_tokens.weight";
const index = (weightMap: Record<string, string>) => JSON.stringify({ metadata: {}, weight_map: weightMap });

/** All that a configuration calls for. */
function entriesOf(config: object, storedName = (name: string) => name): Record<string, Entry> {
  const expected = expectedWeights(readArchitecture(config, "config.json"));
  return Object.fromEntries(
    [...expected].map(([name, shape]) => [
      storedName(name),
      { shape: [...shape], bytes: 4 * shape.reduce((product, length) => product * length, 1) },
    ]),
  );
}
const WHOLE = entriesOf(CONFIG);

describe("a model folder", () => {
  it("in shards is found and counted like one file", async () => {
    const { [EMBEDDING]: embedding = q, ...others } = WHOLE;
    folder("one", { "model.safetensors": safetensors(WHOLE) });
    folder("sharded", {
      "model-1.safetensors": safetensors({ [EMBEDDING]: embedding }),
      // Only what the index says lies here counts.
      "model-2.safetensors": safetensors({ ...others, [EMBEDDING]: q }),
      "model.safetensors.index.json": index({
        ...Object.fromEntries(Object.keys(others).map((name) => [name, "model-2.safetensors"])),
        [EMBEDDING]: "model-1.safetensors",
      }),
    });
    const found = await listModelFolders({ bundledModels: "/nowhere", models: root, huggingFaceCache: "/nowhere" });
    expect(found.map(({ id }) => id)).toEqual(["one", "sharded"]);
    const [one, sharded] = await Promise.all(found.map(({ path, id }) => readModelFolder(path, id, false)));
    const names = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"];
    for (const model of [one, sharded])
      expect(model).toMatchObject({ parameters: 4 * 2 + 4 * 4 + 3 * 6 + 3 * 2, linearModules: names });
  });

  it("of GPT-2 is read by its own names, its masks are no parameters, and its Conv1D layers have the right sides", async () => {
    const config = { model_type: "gpt2", n_positions: 8, vocab_size: 4, n_layer: 1, n_embd: 2, n_head: 1 };
    const path = folder("gpt2", {
      "config.json": JSON.stringify(config),
      "model.safetensors": safetensors({
        ...entriesOf(config, (name) => name.replace(/^transformer\./, "")),
        "h.0.attn.bias": { shape: [1, 1, 8, 8], bytes: 256 },
      }),
    });
    expect(await readModelFolder(path, "m", false)).toMatchObject({
      parameters: 4 * 2 + 8 * 2 + 3 * 4 + (12 + 6) + (4 + 2) + (16 + 8) + (16 + 2),
      contextLength: 8,
      layers: 1,
      hiddenSize: 2,
      linearModules: ["c_attn", "c_fc", "c_proj"],
    });
    expect((await readModelParts(path, "m")).linears).toEqual([
      { name: "transformer.h.0.attn.c_attn", inputs: 2, outputs: 6 },
      { name: "transformer.h.0.attn.c_proj", inputs: 2, outputs: 2 },
      { name: "transformer.h.0.mlp.c_fc", inputs: 2, outputs: 8 },
      { name: "transformer.h.0.mlp.c_proj", inputs: 8, outputs: 2 },
    ]);
  });

  it.each<[string, object, Record<string, Entry>, RegExp]>([
    ["a weight is missing", {}, { ...WHOLE, [Q]: undefined as unknown as Entry }, /no weight .*q_proj/],
    ["there is one too many", {}, { ...WHOLE, "model.extra.weight": q }, /a weight model\.extra\.weight that/],
    ["another size is called for", { intermediate_size: 5 }, WHOLE, /of shape \[3, 2\], .* calls for \[5, 2\]/],
    ["heads do not divide", { num_attention_heads: 3 }, WHOLE, /divided among 3 attention heads/],
    ["a part is unknown", { hidden_act: "relu" }, WHOLE, /hidden_act: only the activation silu/],
    ["positions are unknown", { rope_scaling: { type: "ntk" } }, WHOLE, /rope_scaling.*only the kinds default, linear/],
  ])("is refused, with the sentence that a run would end with, when %s", async (name, change, entries, message) => {
    const path = folder(name.replaceAll(" ", "-"), {
      "config.json": JSON.stringify({ ...CONFIG, ...change }),
      "model.safetensors": safetensors(Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry))),
    });
    await expect(readModelFolder(path, "m", false)).rejects.toMatchObject({ code: "invalid_input" });
    await expect(readModelFolder(path, "m", false)).rejects.toThrow(message);
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
