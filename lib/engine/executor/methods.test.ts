/**
 * @file Every adapter method against torch and peft: tests/oracle/methods.py made the fixtures, and
 * tests/oracle/compare-live.mjs runs these tests over freshly made ones.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { parseAdapterTensorName } from "../lora/adapter-names";
import { AdamW } from "../optim/adamw";
import { clipGradients, gradientNorm } from "../optim/clip-gradients";
import { Rng } from "../optim/rng";
import { openSafetensors, type SafetensorsFile } from "../safetensors/open-safetensors";
import { handOver } from "../testing/hand-over";
import { packDocuments } from "../testing/pack-documents";
import type { Parameter } from "../types";
import { type OpenedModel, openTrainableModel } from "./open-model";

const ROOT = join(import.meta.dirname, "../../../tests/fixtures");
const fresh = process.env["METHOD_FIXTURES"];
const FIXTURES = fresh ?? join(ROOT, "methods");
const names = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, "expected.json")));

interface Expected {
  model: string;
  settings: Record<string, unknown>;
  tokens: number[][];
  trainable: number;
  loss: number;
  losses: number[];
}

/** ‖a - b‖ / ‖b‖ */
const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - (b[i] as number))) / Math.hypot(...Array.from(b));

/** B·A [out, in], row-major. */
function product(a: Parameter, b: Parameter): Float64Array {
  const [rank, inputs] = a.shape as [number, number];
  const outputs = b.shape[0] as number;
  const values = new Float64Array(outputs * inputs);
  for (let o = 0; o < outputs; o++)
    for (let r = 0; r < rank; r++)
      for (let i = 0; i < inputs; i++)
        values[o * inputs + i] =
          (values[o * inputs + i] as number) + (b.data[o * rank + r] as number) * (a.data[r * inputs + i] as number);
  return values;
}

test("there are fixtures to compare with", () => expect(names.length).toBeGreaterThan(0));

describe.each(names)("%s", (name) => {
  const folder = join(FIXTURES, name);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const length = expected.tokens[0]?.length as number;
  const lossTokens = 2 * (length - 1);
  const start = join(folder, "adapter");
  const hasStart = existsSync(start);
  /** One sequence a row, with the seeds that methods.py gives a step. */
  const batchOf = (step: number) => ({
    ...packDocuments(
      expected.tokens.map((tokens) => [tokens]),
      length,
    ),
    seeds: Uint32Array.of(1000 * step + 1, 1000 * step + 2),
  });

  const modelDir = join(ROOT, "architectures", expected.model);
  /** The largest so far of each kind, which the live comparison prints. */
  const deviations: Record<string, number> = {};
  const within = (measure: string, deviation: number, bound: number, label?: string) => {
    deviations[measure] = Math.max(deviations[measure] ?? 0, deviation);
    expect(deviation, label).toBeLessThanOrEqual(bound);
  };

  let reference: SafetensorsFile;
  let model: OpenedModel;
  beforeAll(async () => {
    reference = await openSafetensors(join(folder, "expected.safetensors"));
    const config = RunConfig.parse({
      model_type: "m",
      dataset_name: "d",
      max_seq_length: 64,
      ...(hasStart
        ? {
            init_adapter: start,
            lora_dropout: expected.settings["lora_dropout"],
            loraplus_lr_ratio: expected.settings["loraplus_lr_ratio"],
          }
        : expected.settings),
    });
    model = await openTrainableModel({ modelDir, config, rng: Rng.seeded(1), device: "cpu", threads: 1 });
  });
  afterAll(async () => {
    await model.dispose();
    await reference.close();
    if (fresh) writeFileSync(join(folder, "deviations.json"), JSON.stringify(deviations));
  });

  test("as many parameters are trained, and every gradient is torch's", async () => {
    expect(model.parameters.reduce((sum, { data }) => sum + data.length, 0)).toBe(expected.trainable);
    const { lossSum, tokenCount } = await model.accumulateGradients(batchOf(0), 1 / lossTokens);
    expect(tokenCount).toBe(lossTokens);
    within("loss", Math.abs(lossSum / tokenCount - expected.loss), 1e-5);
    const compared = new Set<string>();
    for (const parameter of model.parameters) {
      const parsed = parseAdapterTensorName(parameter.name);
      if (!hasStart && parsed && parsed.part !== "magnitude") {
        if (parsed.part === "A") continue;
        const a = model.parameters.find(({ name: other }) => other === parameter.name.replace("lora_B", "lora_A"));
        const delta = `delta:${parsed.module}`;
        compared.add(delta);
        within("start", relativeError(product(a as Parameter, parameter), await reference.read(delta)), 1e-4, delta);
        continue;
      }
      compared.add(parameter.name);
      const gradient = await reference.read(parameter.name);
      within("gradients", relativeError(parameter.gradient, gradient), 1e-4, parameter.name);
    }
    expect([...compared].toSorted()).toEqual([...reference.tensors.keys()].toSorted());
  });

  test("a hundred steps of AdamW follow torch's losses to the fourth digit", async () => {
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    const optimizer = new AdamW(model.parameters, settings);
    for (const [step, loss] of expected.losses.entries()) {
      for (const { gradient } of model.parameters) gradient.fill(0);
      const { lossSum, tokenCount } = await model.accumulateGradients(batchOf(step), 1 / lossTokens);
      within("100 steps", Math.abs(lossSum / tokenCount - loss), 1e-4, `step ${step}`);
      clipGradients(model.parameters, gradientNorm(model.parameters), 1);
      await optimizer.update((expected.settings["learning_rate"] as number | undefined) ?? 1e-3);
    }
    if (fresh) await handOver(folder, modelDir, model, expected.tokens);
  });
});
