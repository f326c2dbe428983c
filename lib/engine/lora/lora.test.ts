import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import { AppError } from "@/lib/errors";
import { Rng } from "../optim/rng";
import { writeSafetensors } from "../safetensors/write-safetensors";
import { adapterTargetModules } from "./adapter-config";
import { readAdapter, writeAdapter } from "./adapter-format";
import { adapterTensorName, savedWeightName } from "./adapter-names";
import { initLoraA, loraScaling } from "./lora-init";
import { resolveTargetModules } from "./resolve-target-modules";

/** Chooses by target modules alone. */
const select = (modules: readonly string[], targets: string | readonly string[]) =>
  resolveTargetModules(modules, {
    target_modules: typeof targets === "string" ? targets : [...targets],
    exclude_modules: [],
    layers_to_transform: [],
    layers_pattern: [],
    modules_to_save: [],
  });

const PARTS = ["self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj"];
const MODULES = [...[0, 1].flatMap((layer) => PARTS.map((part) => `model.layers.${layer}.${part}`)), "lm_head"];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "lora-"));
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

test("target modules follow PEFT's name rules", () => {
  expect(select(MODULES, ["all-linear"])).toEqual(MODULES.slice(0, -1));
  expect(select(MODULES, ["q_proj"])).toEqual(MODULES.filter((name) => name.endsWith("q_proj")));
  expect(select(MODULES, ["0.self_attn.q_proj", "up_proj"])).toEqual([
    "model.layers.0.self_attn.q_proj",
    "model.layers.0.mlp.up_proj",
    "model.layers.1.mlp.up_proj",
  ]);
  expect(select(MODULES, ["model.layers.1.mlp.up_proj"])).toEqual(["model.layers.1.mlp.up_proj"]);
  expect(select(MODULES, ["lm_head"])).toEqual(["lm_head"]);
});

test.each([
  [["query"], /"query" match no linear layer of this model; it has q_proj, v_proj, up_proj, lm_head/],
  [["proj"], /"proj" match no/],
  [["q_proj", "query"], /target_modules "query" match no/],
  [["all-linear", "q_proj"], /must stand alone/],
])("targets that match nothing are refused with a list of what exists: %j", (targets, sentence) => {
  expect(() => select(MODULES, targets)).toThrow(sentence);
  expect(() => select(MODULES, targets)).toThrow(AppError);
});

test("the targets written into an adapter choose exactly its modules", () => {
  const names = select(MODULES, ["all-linear"]).map((module) => adapterTensorName(module, "A"));
  const written = adapterTargetModules(["all-linear"], names);
  expect(written).toEqual(["q_proj", "up_proj", "v_proj"]);
  expect(select(MODULES, written)).toEqual(select(MODULES, ["all-linear"]));
  expect(adapterTargetModules(["0.self_attn.q_proj"], names)).toEqual(["0.self_attn.q_proj"]);
});

test("lora_A begins Kaiming-uniform: within ±1/√in, with the variance 1/(3·in)", () => {
  const values = initLoraA(Rng.seeded(3), 16, 400);
  expect(values.every((value) => Math.abs(value) <= 1 / 20)).toBe(true);
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(variance * 3 * 400).toBeCloseTo(1, 1);
  expect(loraScaling({ rank: 16, alpha: 32, useRslora: false })).toBe(2);
  expect(loraScaling({ rank: 16, alpha: 32, useRslora: true })).toBe(8);
});

const SETTINGS: AdapterSettings = {
  method: "rslora",
  rank: 2,
  alpha: 8,
  use_rslora: true,
  target_modules: ["q_proj"],
  exclude_modules: [],
  layers_to_transform: [],
  layers_pattern: [],
  rank_pattern: {},
  alpha_pattern: {},
  modules_to_save: [],
  lora_dropout: 0,
  init_lora_weights: "default",
  fanInFanOut: true,
  baseModel: "org/model",
};
const matrices = () => {
  const rng = Rng.seeded(1);
  const module = MODULES[0] as string;
  return [
    { name: adapterTensorName(module, "A"), shape: [2, 3], data: initLoraA(rng, 2, 3) },
    { name: adapterTensorName(module, "B"), shape: [4, 2], data: initLoraA(rng, 4, 2) },
  ];
};

test("an adapter comes back as it was written", async () => {
  await writeAdapter(dir, SETTINGS, matrices());
  const { settings, tensors } = await readAdapter(dir);
  expect(settings).toEqual(SETTINGS);
  expect([...tensors]).toEqual(matrices().map(({ name, shape, data }) => [name, { shape, data }]));
  expect([...tensors.keys()][0]).toBe("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
  expect(JSON.parse(await readFile(join(dir, "adapter_config.json"), "utf8"))).toMatchObject({
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    r: 2,
    lora_alpha: 8,
    use_rslora: true,
    fan_in_fan_out: true,
    inference_mode: true,
  });
});

test("an adapter of every kind comes back as it was written, and PEFT's shorter spellings are read", async () => {
  const module = MODULES[0] as string;
  const settings: AdapterSettings = {
    ...SETTINGS,
    method: "dora",
    target_modules: ".*(q|v)_proj",
    exclude_modules: ["v_proj"],
    layers_to_transform: [0],
    layers_pattern: ["layers"],
    rank_pattern: { "0.self_attn.q_proj": 2 },
    alpha_pattern: { q_proj: 3 },
    modules_to_save: ["lm_head"],
    lora_dropout: 0.1,
    init_lora_weights: "pissa_niter_4",
    rank: 7,
  };
  const tensors = [
    ...matrices(),
    { name: adapterTensorName(module, "magnitude"), shape: [4], data: Float32Array.of(1, 2, 3, 4) },
    { name: savedWeightName("lm_head.weight"), shape: [2, 1], data: Float32Array.of(5, 6) },
  ];
  await writeAdapter(dir, settings, tensors);
  const read = await readAdapter(dir);
  expect(read.settings).toEqual(settings);
  for (const { name, data } of tensors) expect(read.tensors.get(name)?.data).toEqual(data);
  expect([...read.tensors.keys()]).toContain(`base_model.model.${module}.lora_magnitude_vector`);
  const path = join(dir, "adapter_config.json");
  const json = JSON.parse(await readFile(path, "utf8"));
  const shorter = {
    layers_to_transform: 0,
    layers_pattern: "layers",
    exclude_modules: "v_proj",
    init_lora_weights: true,
  };
  await writeFile(path, JSON.stringify({ ...json, ...shorter }));
  expect((await readAdapter(dir)).settings).toEqual({
    ...settings,
    exclude_modules: "v_proj",
    init_lora_weights: "default",
  });
});

test.each([
  [{ peft_type: "IA3" }, /peft_type must be LORA/],
  [{ r: 0 }, /adapter_config.json: r /],
  [{ r: "2" }, /adapter_config.json: r /],
  [{ use_dora: true }, /has no partner .*lora_magnitude_vector/],
  [{ bias: "all" }, /bias must be none/],
  [{ lora_bias: true }, /lora_bias must be false/],
  [{ init_lora_weights: "olora" }, /init_lora_weights "olora" changes the base model/],
  [{ layer_replication: [[0, 4]] }, /layer_replication is not supported/],
  [{ trainable_token_indices: [1] }, /trainable_token_indices is not supported/],
  [{ rank_pattern: { q_proj: 3 } }, /must have rank 3/],
  [{ rank_pattern: { "(": 3 } }, /rank_pattern/],
  [{ alpha_pattern: { q_proj: "x" } }, /alpha_pattern/],
  [{ target_modules: undefined }, /target_modules/],
  [{ r: 3 }, /must have rank 3/],
])("a configuration this engine cannot apply is refused: %j", async (change, sentence) => {
  await writeAdapter(dir, SETTINGS, matrices());
  const path = join(dir, "adapter_config.json");
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...change }));
  await expect(readAdapter(dir)).rejects.toThrow(sentence);
  await expect(readAdapter(dir)).rejects.toBeInstanceOf(AppError);
});

test("broken adapter files are refused by name", async () => {
  await expect(readAdapter(dir)).rejects.toMatchObject({ code: "not_found" });
  await writeAdapter(dir, SETTINGS, matrices());
  const weights = join(dir, "adapter_model.safetensors");
  await writeSafetensors(weights, matrices().slice(0, 1));
  await expect(readAdapter(dir)).rejects.toThrow(/has no partner/);
  await writeSafetensors(weights, [{ name: savedWeightName("lm_head.weight"), shape: [1], data: new Float32Array(1) }]);
  await expect(readAdapter(dir)).rejects.toThrow(/belongs to no module of modules_to_save/);
  await writeSafetensors(weights, [{ name: "strange", shape: [2, 2], data: new Float32Array(4) }]);
  await expect(readAdapter(dir)).rejects.toThrow(/"strange" is no LoRA matrix/);
  await writeFile(join(dir, "adapter_config.json"), "{");
  await expect(readAdapter(dir)).rejects.toThrow(/adapter_config.json is not valid JSON/);
});
