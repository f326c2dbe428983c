import { totalmem } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunNeeds } from "@/lib/contracts/memory-estimate";
import { RunConfig, type RunConfigInput } from "@/lib/contracts/run-config";
import { findEstimatedPeak, getRunNeeds } from "@/lib/services/runs/get-run-needs";
import { openTestContext, type TestContext } from "../helpers/test-context";
import { addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";

let ctx: TestContext;
beforeAll(async () => {
  ctx = await openTestContext("libsql");
  await addTinyModel(ctx.paths.home);
});
afterAll(() => ctx.close());

/** Few weights, but 128 sequences of it have more activations than machines have memory: over 400 GB. */
const LONG = {
  hidden_size: 2048,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 32,
  num_key_value_heads: 2,
  vocab_size: 4096,
  max_position_embeddings: 8192,
};

const configOf = (settings: Partial<RunConfigInput> = {}) =>
  RunConfig.parse({ model_type: TINY_MODEL_ID, dataset_name: "any", max_seq_length: 128, ...settings });

test("a run's needs add up, and a small run has no warning", async () => {
  const needs = RunNeeds.parse(await getRunNeeds(ctx, configOf()));
  const { parts, totalBytes } = needs.estimate;
  expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(totalBytes);
  expect(needs.memoryBytes).toBeLessThanOrEqual(totalmem());
  expect(needs.warnings).toEqual([]);
  expect(await findEstimatedPeak(ctx, configOf())).toBe(totalBytes);
});

test("a run that this machine has no memory for is warned of in one sentence with both numbers", async () => {
  await addTinyModel(ctx.paths.home, "test/long", LONG);
  const { warnings } = await getRunNeeds(
    ctx,
    configOf({ model_type: "test/long", batch_size: 128, max_seq_length: 4096 }),
  );
  expect(warnings).toEqual([expect.stringMatching(/^The run needs about [\d.]+ GB of memory, but the machine has /)]);
});

test("what cannot be told is an error in the form and nothing on the run's page", async () => {
  const gone = configOf({ model_type: "test/gone" });
  await expect(getRunNeeds(ctx, gone)).rejects.toMatchObject({ code: "not_found" });
  expect(await findEstimatedPeak(ctx, gone)).toBeNull();
  expect(await findEstimatedPeak(ctx, configOf({ device: "webgpu" }))).toBeNull();
});
