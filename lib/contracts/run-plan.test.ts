import { expect, it } from "vitest";
import { ALL_LINEAR, RunConfig } from "./run-config";
import { type PlanFacts, planRun } from "./run-plan";

const facts: PlanFacts = {
  trainBlocks: 100,
  evalBlocks: 10,
  linearShapes: [
    { name: "q_proj", inputs: 64, outputs: 64, count: 4 },
    { name: "down_proj", inputs: 256, outputs: 64, count: 4 },
  ],
  totalParameters: 1_000_000,
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
});
