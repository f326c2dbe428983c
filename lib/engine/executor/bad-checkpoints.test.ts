/** @file Models that cannot be used are refused in one sentence, before anything runs. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { Rng } from "../optim/rng";
import { openSafetensors } from "../safetensors/open-safetensors";
import { type WritableTensor, writeSafetensors } from "../safetensors/write-safetensors";
import { openTrainableModel } from "./open-model";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/architectures");

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-bad-"));
});
afterAll(() => rm(dir, { recursive: true }));

interface Change {
  config?: Record<string, unknown>;
  weights?(weights: Map<string, WritableTensor>): void;
}

/** The whole of what a person reads. */
async function refusalOf(fixture: string, { config = {}, weights: change }: Change): Promise<string> {
  const folder = await mkdtemp(join(dir, "model-"));
  await cp(join(FIXTURES, fixture, "model.safetensors"), join(folder, "model.safetensors"));
  const settings = JSON.parse(await readFile(join(FIXTURES, fixture, "config.json"), "utf8"));
  await writeFile(join(folder, "config.json"), JSON.stringify({ ...settings, ...config }));
  if (change) {
    const file = await openSafetensors(join(FIXTURES, fixture, "model.safetensors"));
    const weights = new Map<string, WritableTensor>();
    for (const [name, { shape }] of file.tensors) weights.set(name, { name, shape, data: await file.read(name) });
    await file.close();
    change(weights);
    await writeSafetensors(join(folder, "model.safetensors"), [...weights.values()]);
  }
  const error = await openTrainableModel({
    modelDir: folder,
    config: RunConfig.parse({ model_type: "m", dataset_name: "d", max_seq_length: 64 }),
    rng: Rng.seeded(1),
    device: "cpu",
  }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "invalid_input" });
  return (error as Error).message.replaceAll(folder, "<folder>");
}

const QKV = "model.layers.1.self_attn.qkv_proj.weight";
const GATE_UP = "model.layers.0.mlp.gate_up_proj.weight";
const get = (weights: Map<string, WritableTensor>, name: string) => weights.get(name) as WritableTensor;

describe("a checkpoint", () => {
  const cases: [string, string, NonNullable<Change["weights"]>, string][] = [
    [
      "without a fused weight",
      "phi3",
      (weights) => weights.delete(QKV),
      `has no weight ${QKV}, which its config.json calls for`,
    ],
    [
      "with a fused weight's parts apart",
      "phi3",
      (weights) => {
        const { data } = get(weights, GATE_UP);
        weights.delete(GATE_UP);
        for (const [i, part] of ["gate_proj", "up_proj"].entries()) {
          const name = `model.layers.0.mlp.${part}.weight`;
          weights.set(name, { name, shape: [48, 32], data: data.slice(i * 48 * 32, (i + 1) * 48 * 32) });
        }
      },
      `has no weight ${GATE_UP}, which its config.json calls for`,
    ],
    [
      "whose fused weight has another shape",
      "phi3",
      (weights) => weights.set(QKV, { name: QKV, shape: [64, 32], data: new Float32Array(64 * 32) }),
      `has ${QKV} of shape [64, 32], its config.json calls for [96, 32]`,
    ],
    [
      "with NaN in a fused weight",
      "phi3",
      (weights) => get(weights, GATE_UP).data.fill(Number.NaN, 100, 101),
      `has NaN or infinite values in ${GATE_UP}`,
    ],
    [
      "with an infinite value in the head's bias",
      "phi",
      (weights) => get(weights, "lm_head.bias").data.fill(Number.POSITIVE_INFINITY, 3, 4),
      "has NaN or infinite values in lm_head.bias",
    ],
    [
      "without the biases of its kind",
      "qwen2",
      (weights) => weights.delete("model.layers.0.self_attn.q_proj.bias"),
      "has no weight model.layers.0.self_attn.q_proj.bias, which its config.json calls for",
    ],
    [
      "with biases that its kind has not",
      "mistral",
      (weights) => {
        const name = "model.layers.0.self_attn.q_proj.bias";
        weights.set(name, { name, shape: [32], data: new Float32Array(32) });
      },
      "has a weight model.layers.0.self_attn.q_proj.bias that its config.json knows nothing of",
    ],
    [
      "whose Conv1D weights lie as those of Linear",
      "gpt2",
      (weights) => {
        const name = "transformer.h.0.attn.c_attn.weight";
        weights.set(name, { ...get(weights, name), shape: [96, 32] });
      },
      "has transformer.h.0.attn.c_attn.weight of shape [96, 32], its config.json calls for [32, 96]",
    ],
  ];
  test.each(cases)("%s is refused (%s)", async (_what, fixture, weights, problem) => {
    const expected = `The model in <folder> ${problem}; download it again or fix its config.json.`;
    expect(await refusalOf(fixture, { weights })).toBe(expected);
  });
});

describe("a config.json that contradicts its weights or itself", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ["phi3", { num_key_value_heads: 2 }, /qkv_proj\.weight of shape \[96, 32\], .* calls for \[64, 32\]/],
    ["phi3", { intermediate_size: 40 }, /gate_up_proj\.weight of shape \[96, 32\], .* calls for \[80, 32\]/],
    ["qwen3", { num_hidden_layers: 1, layer_types: null }, /a weight model\.layers\.1\..* knows nothing of/],
    ["qwen3", { num_hidden_layers: 3, layer_types: null }, /no weight model\.layers\.2\..* calls for/],
    ["qwen3", { num_hidden_layers: 3 }, /layer_types lists 2 layers, num_hidden_layers says 3/],
    ["qwen3", { layer_types: ["full_attention", "sliding_attention"] }, /layer 1 .* there is no sliding_window/],
    ["qwen3", { layer_types: ["full_attention", "linear_attention"] }, /layer_types\.1: only the layer types full_/],
    ["gemma2", { num_key_value_heads: 3 }, /4 attention heads cannot share 3 key heads evenly/],
    ["gemma2", { use_bidirectional_attention: true }, /attention in both directions is not supported/],
    ["gemma3_text", { attn_logit_softcapping: 50 }, /attn_logit_softcapping: caps are not supported in Gemma 3/],
    ["gpt2", { n_head: 5 }, /32 values cannot be divided among 5 attention heads evenly/],
    ["llama", { tie_word_embeddings: false }, /no weight lm_head\.weight/],
    [
      "deepseek-coder",
      { rope_scaling: { type: "ntk", factor: 2 } },
      /rope_scaling.*: only the kinds default, linear, /,
    ],
    ["phi4-mini", { partial_rotary_factor: 0.5 }, /short_factor has 3 values, the heads call for 2/],
    ["starcoder2", { hidden_act: "relu" }, /hidden_act: only the activations gelu, /],
    ["mistral", { sliding_window: 0 }, /sliding_window: /],
    [
      "llama",
      { quantization_config: { quant_method: "gptq", bits: 4 } },
      /quantized as gptq; choose the original model/,
    ],
    ["gpt_neox", { model_type: "gptj" }, /is of type "gptj", which can't be trained; supported: llama, mistral, /],
  ])("%s with %j is refused", async (fixture, config, message) => {
    const sentence = await refusalOf(fixture, { config });
    expect(sentence).toMatch(message);
    expect(sentence).toMatch(/^[^\n]*\.$/);
  });
});
