import { expect, it } from "vitest";
import { ALL_LINEAR, RunConfig } from "./run-config";
import { type PlanFacts, planRun } from "./run-plan";

const facts: PlanFacts = {
  trainBlocks: 100,
  trainableShare: 1,
  counts: {},
  evalBlocks: 10,
  linears: [0, 1, 2, 3].flatMap((layer) => [
    { name: `model.layers.${layer}.self_attn.q_proj`, inputs: 64, outputs: 64 },
    { name: `model.layers.${layer}.mlp.down_proj`, inputs: 256, outputs: 64 },
  ]),
  weights: [
    ["model.layers.0.input_layernorm.weight", 64],
    ["lm_head.weight", 4096 * 64],
  ],
  totalParameters: 1_000_000,
  adapter: null,
};
const config = (change: object) => RunConfig.parse({ model_type: "m", dataset_name: "d", rank: 8, ...change });

it("counts a short last step as a step", () => {
  expect(planRun(facts, config({ batch_size: 16, epochs: 3 }))).toMatchObject({
    stepsPerEpoch: 7,
    totalSteps: 21,
    tokensPerStep: 16 * 128,
  });
  expect(planRun(facts, config({ batch_size: 16, epochs: 3, max_steps: 5 })).totalSteps).toBe(5);
});

it("counts A and B of the chosen layers only", () => {
  const q = 4 * 8 * (64 + 64);
  const down = 4 * 8 * (256 + 64);
  expect(planRun(facts, config({ target_modules: ["q_proj"] })).trainableParameters).toBe(q);
  expect(planRun(facts, config({ target_modules: [ALL_LINEAR] })).trainableParameters).toBe(q + down);
  expect(planRun(facts, config({ method: "full" })).trainableParameters).toBe(1_000_000);
  expect(planRun(facts, config({ method: "dora" })).trainableParameters).toBe(q + down + 8 * 64);
  expect(planRun(facts, config({ exclude_modules: ["down_proj"] })).trainableParameters).toBe(q);
  expect(planRun(facts, config({ layers_to_transform: [1, 3] })).trainableParameters).toBe((q + down) / 2);
  expect(planRun(facts, config({ rank_pattern: { q_proj: 16 } })).trainableParameters).toBe(2 * q + down);
  expect(planRun(facts, config({ modules_to_save: ["lm_head"] })).trainableParameters).toBe(q + down + 4096 * 64);
});
