/** @file The form's counts against what peft trained and transformers saved, for every architecture. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { planRun } from "@/lib/contracts/run-plan";
import { readArchitecture } from "@/lib/engine/models/open-architecture";
import { countParameters } from "./model-parts";
import { readAdapterSettings } from "./read-adapter-settings";
import { readModelParts } from "./read-model-folder";
import { readModelWeights } from "./read-model-weights";
import { readSafetensorsHeader } from "./read-safetensors-header";

const FIXTURES = join(import.meta.dirname, "../../tests/fixtures/architectures");

const elementsOf = ({ tensors }: { tensors: { elements: number }[] }) =>
  tensors.reduce((sum, { elements }) => sum + elements, 0);

describe.each(readdirSync(FIXTURES))("%s", (name) => {
  const folder = join(FIXTURES, name);

  it("has as many parameters, and as many trained ones in an adapter of all linear layers, as Python says", async () => {
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    const totalParameters = countParameters(readArchitecture(config, "config.json"));
    expect(totalParameters).toBe(elementsOf(await readModelWeights(folder)));
    const parts = await readModelParts(folder, name);
    const settings = RunConfig.parse({ model_type: "m", dataset_name: "d", rank: 4, target_modules: "all-linear" });
    const { trainableParameters } = planRun(
      { ...parts, trainBlocks: 1, trainableShare: 1, counts: {}, evalBlocks: 0, totalParameters, adapter: null },
      settings,
    );
    const adapter = await readSafetensorsHeader(join(folder, "adapter", "adapter_model.safetensors"));
    expect(trainableParameters).toBe(elementsOf(adapter));
  });
});

const METHODS = join(import.meta.dirname, "../../tests/fixtures/methods");

it.each(readdirSync(METHODS))("method %s trains as many parameters as peft says", async (name) => {
  const expected = JSON.parse(await readFile(join(METHODS, name, "expected.json"), "utf8"));
  const parts = await readModelParts(join(FIXTURES, expected.model), expected.model);
  const facts = {
    ...parts,
    trainBlocks: 1,
    trainableShare: 1,
    counts: {},
    evalBlocks: 0,
    totalParameters: 1,
    adapter: null,
  };
  const settings = RunConfig.parse({ model_type: "m", dataset_name: "d", ...expected.settings });
  expect(planRun(facts, settings).trainableParameters).toBe(expected.trainable);
  // As one goes on from such an adapter: what it was trained with holds.
  const adapter = await readAdapterSettings(join(METHODS, name, "adapter")).catch(() => null);
  const plain = RunConfig.parse({ model_type: "m", dataset_name: "d", init_adapter: "there" });
  if (adapter) expect(planRun({ ...facts, adapter }, plain).trainableParameters).toBe(expected.trainable);
  expect(adapter === null).toBe(expected.settings.init_lora_weights !== undefined);
});
