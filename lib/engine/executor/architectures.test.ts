/**
 * @file Every architecture against torch, transformers and peft: tests/oracle/architectures.py made the fixtures, and
 * tests/oracle/compare-live.mjs runs these tests over freshly made ones.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { readAdapter } from "../lora/adapter-format";
import { AdamW } from "../optim/adamw";
import { clipGradients, gradientNorm } from "../optim/clip-gradients";
import { Rng } from "../optim/rng";
import { openSafetensors, type SafetensorsFile } from "../safetensors/open-safetensors";
import { handOver } from "../testing/hand-over";
import { packDocuments } from "../testing/pack-documents";
import type { Parameter } from "../types";
import { type OpenedModel, openTrainableModel } from "./open-model";

const fresh = process.env["ARCHITECTURE_FIXTURES"];
const FIXTURES = fresh ?? join(import.meta.dirname, "../../../tests/fixtures/architectures");
const names = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, "expected.json")));

interface Expected {
  tokens: number[][];
  loss: number;
  losses: number[];
}

async function open(modelDir: string, settings: Record<string, unknown> = {}): Promise<OpenedModel> {
  const config = RunConfig.parse({
    model_type: "m",
    dataset_name: "d",
    max_seq_length: 64,
    rank: 4,
    alpha: 8,
    ...settings,
  });
  return openTrainableModel({ modelDir, config, rng: Rng.seeded(1), device: "cpu", threads: 1 });
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);

/** ‖a - b‖ / ‖b‖ */
const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - (b[i] as number))) / Math.hypot(...Array.from(b));

function takeGradients(parameters: readonly Parameter[]): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, gradient }) => {
      const taken = gradient.slice();
      gradient.fill(0);
      return [name, taken];
    }),
  );
}

/** Sums over all axes but the last ("columns"), and over the last ("rows"), weighted as the fixtures' are. */
function sumsOf({ shape, gradient }: Parameter): { rows: Float64Array; columns: Float64Array } {
  const width = shape.at(-1) as number;
  const rows = new Float64Array(gradient.length / width);
  const columns = new Float64Array(width);
  for (const [i, value] of gradient.entries()) {
    const row = Math.floor(i / width);
    const column = i % width;
    rows[row] = (rows[row] as number) + value * Math.cos(column);
    columns[column] = (columns[column] as number) + value * Math.cos(row);
  }
  return { rows, columns };
}

test("there are fixtures to compare with", () => expect(names.length).toBeGreaterThan(0));

describe.each(names)("%s", (name) => {
  const folder = join(FIXTURES, name);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const [first, second] = expected.tokens as [number[], number[]];
  const length = first.length;
  /** One sequence a row, as torch saw them. */
  const batch = packDocuments([[first], [second]], length);
  const lossTokens = 2 * (length - 1);

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
    model = await open(folder);
    const adapter = await readAdapter(join(folder, "adapter"));
    expect([...adapter.tensors.keys()].toSorted()).toEqual(model.parameters.map((each) => each.name).toSorted());
    for (const each of model.parameters) each.data.set(adapter.tensors.get(each.name)?.data ?? []);
  });
  afterAll(async () => {
    await model.dispose();
    await reference.close();
    if (fresh) writeFileSync(join(folder, "deviations.json"), JSON.stringify(deviations));
  });

  test("loss and logits are torch's, read at once or token by token from the cache", async () => {
    const { lossSum, tokenCount } = await model.evaluate(batch);
    expect(tokenCount).toBe(lossTokens);
    within("loss", Math.abs(lossSum / tokenCount - expected.loss), 1e-5);
    const logits = await reference.read("logits");
    const vocabulary = logits.length / (2 * length);
    for (const [sequence, tokens] of expected.tokens.entries()) {
      const cached = await model.openCompletion(Int32Array.of(tokens[0] as number));
      for (let i = 0; i < length; i++) {
        if (i > 0) await cached.push(tokens[i] as number);
        const atOnce = await model.openCompletion(Int32Array.from(tokens.slice(0, i + 1)));
        const row = logits.subarray((sequence * length + i) * vocabulary, (sequence * length + i + 1) * vocabulary);
        within("logits", largestDifference(atOnce.logits, row), 1e-4, `at once, ${i}`);
        within("from the cache", largestDifference(cached.logits, row), 1e-4, `from the cache, ${i}`);
      }
    }
  });

  test("every adapter gradient is torch's", async () => {
    await model.accumulateGradients(batch, 1 / lossTokens);
    for (const [parameter, gradient] of takeGradients(model.parameters))
      within("gradients", relativeError(gradient, await reference.read(parameter)), 1e-4, parameter);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ["16 bits", { base_precision: "bf16" }, 1e-6],
    ["16 bits on disk", { base_precision: "bf16", weight_offload: "disk" }, 1e-6],
    ["8 bits", { base_precision: "int8" }, 0.005],
    ["4 bits", { base_precision: "nf4" }, 0.05],
  ])("frozen weights in %s give its loss, as nearly as they can hold it", async (_held, settings, bound) => {
    const held = await open(folder, settings);
    for (const [i, each] of held.parameters.entries()) each.data.set(model.parameters[i]?.data ?? []);
    const { lossSum } = await held.accumulateGradients(batch, 1 / lossTokens);
    expect(Math.abs(lossSum / lossTokens / expected.loss - 1)).toBeLessThanOrEqual(bound);
    for (const [parameter, gradient] of takeGradients(held.parameters)) {
      // The fixtures' weights are bf16, so that nothing is lost.
      if (settings["base_precision"] === "bf16")
        expect(relativeError(gradient, await reference.read(parameter)), parameter).toBeLessThanOrEqual(1e-4);
    }
    await held.dispose();
  });

  test("documents packed into a row give the loss and the gradients of the same documents apart", async () => {
    const documents = [first.slice(0, 9), second.slice(0, 15), first];
    const together = await model.accumulateGradients(packDocuments([documents], 64), 1);
    const packed = takeGradients(model.parameters);
    let lossSum = 0;
    for (const document of documents)
      lossSum += (await model.accumulateGradients(packDocuments([[document]], length), 1)).lossSum;
    expect(Math.abs(together.lossSum - lossSum) / lossSum).toBeLessThanOrEqual(1e-5);
    for (const [parameter, gradient] of takeGradients(model.parameters))
      expect(relativeError(packed.get(parameter) ?? [], gradient), parameter).toBeLessThanOrEqual(1e-4);
  });

  test("a sequence of several chunks of attention, read at once, ends as one read token by token", async () => {
    const { contextLength } = model.architecture.shape;
    const tokens = Array.from(
      { length: Math.min(contextLength, 160) },
      (_, i) => (i % 2 ? first : second)[i % 23] ?? 0,
    );
    const cached = await model.openCompletion(Int32Array.of(tokens[0] as number));
    for (const token of tokens.slice(1)) await cached.push(token);
    const atOnce = await model.openCompletion(Int32Array.from(tokens));
    expect(largestDifference(cached.logits, atOnce.logits)).toBeLessThanOrEqual(1e-4);
  });

  test("through several chunks of attention, gradients are the slope of the loss along them", async () => {
    const length = Math.min(model.architecture.shape.contextLength, 160);
    const long = packDocuments(
      [[Array.from({ length }, (_, i) => ((i % 3 ? first : second)[i % 24] ?? 0) % 64)]],
      length,
    );
    await model.accumulateGradients(long, 1);
    const gradients = [...takeGradients(model.parameters).values()];
    const norm = Math.hypot(...gradients.map((gradient) => Math.hypot(...gradient)));
    const starts = model.parameters.map(({ data }) => data.slice());
    const lossAt = async (distance: number) => {
      for (const [i, { data }] of model.parameters.entries())
        for (let j = 0; j < data.length; j++)
          data[j] = (starts[i]?.[j] as number) + (distance * (gradients[i]?.[j] as number)) / norm;
      return (await model.evaluate(long)).lossSum;
    };
    const slope = async (step: number) => ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    // Richardson's two steps remove the cubic error.
    const [wide, narrow] = [await slope(0.02), await slope(0.01)];
    for (const [i, { data }] of model.parameters.entries()) data.set(starts[i] ?? []);
    within("slope", Math.abs((4 * narrow - wide) / 3 / norm - 1), 1e-3);
  });

  test("a greedy continuation from the cache is that of the whole text read anew at every token", async () => {
    const tokens = first.slice(0, 5);
    const cached = await model.openCompletion(Int32Array.from(tokens));
    const likeliest = (logits: Float32Array) => logits.indexOf(Math.max(...logits));
    for (let i = 0; i < 30; i++) {
      const atOnce = await model.openCompletion(Int32Array.from(tokens));
      expect(likeliest(cached.logits)).toBe(likeliest(atOnce.logits));
      tokens.push(likeliest(cached.logits));
      await cached.push(tokens.at(-1) as number);
    }
  });

  test("a hundred steps of AdamW follow torch's losses to the fourth digit", async () => {
    const optimizer = new AdamW(model.parameters, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
    for (const [step, loss] of expected.losses.entries()) {
      const { lossSum, tokenCount } = await model.accumulateGradients(batch, 1 / lossTokens);
      within("100 losses", Math.abs(lossSum / tokenCount - loss), 1e-4, `step ${step}`);
      clipGradients(model.parameters, gradientNorm(model.parameters), 1);
      await optimizer.update(1e-3);
      for (const { gradient } of model.parameters) gradient.fill(0);
    }
    if (fresh) await handOver(folder, folder, model, expected.tokens);
  });

  test("full fine-tuning: every weight's gradient is torch's, in weighted sums over rows and columns", async () => {
    const full = await open(folder, { method: "full" });
    await full.accumulateGradients(batch, 1 / lossTokens);
    const sums = [...reference.tensors.keys()].filter((key) => key.startsWith("columns:"));
    expect(full.parameters.map((each) => `columns:${each.name}`).toSorted()).toEqual(sums.toSorted());
    for (const parameter of full.parameters) {
      const { rows, columns } = sumsOf(parameter);
      const { name: weight } = parameter;
      if (parameter.shape.length > 1)
        within("full gradients", relativeError(rows, await reference.read(`rows:${weight}`)), 1e-4, weight);
      within("full gradients", relativeError(columns, await reference.read(`columns:${weight}`)), 1e-4, weight);
    }
    await full.dispose();
  });
});
