import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { Rng } from "../optim/rng";
import { StopRequested } from "../stop-requested";
import { packDocuments } from "../testing/pack-documents";
import { TINY_LLAMA, writeRandomModel } from "../testing/random-model";
import type { Parameter } from "../types";
import { openTrainableModel } from "./open-model";

const DOCUMENTS = [
  [3, 14, 15, 9, 26, 5, 35],
  [8, 9, 7, 9, 3, 23, 8, 46, 26],
  [4, 33, 8, 32, 7],
];

const packed = (documents: number[][], blockLength: number) => packDocuments([documents], blockLength);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-executor-"));
  await writeRandomModel(dir, TINY_LLAMA);
});
afterAll(() => rm(dir, { recursive: true }));

async function open(settings: Record<string, unknown> = {}, more: { keepBytes?: number; modelDir?: string } = {}) {
  const config = RunConfig.parse({
    model_type: "tiny",
    dataset_name: "none",
    max_seq_length: 64,
    rank: 3,
    alpha: 6,
    ...settings,
  });
  const model = await openTrainableModel({
    modelDir: dir,
    config,
    rng: Rng.seeded(5),
    device: "cpu",
    threads: 1,
    ...more,
  });
  // B starts at zero, which would hide every gradient of A.
  const rng = Rng.seeded(11);
  for (const { name, data } of model.parameters)
    if (name.includes("lora_B")) for (let i = 0; i < data.length; i++) data[i] = 0.3 * rng.normal();
  return model;
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

function gradientsOf(parameters: readonly Parameter[]): Float32Array[] {
  return parameters.map(({ gradient }) => {
    const copy = gradient.slice();
    gradient.fill(0);
    return copy;
  });
}

function relativeDifference(a: Float32Array[], b: Float32Array[]): number {
  const left = a.flatMap((values) => [...values]);
  const right = b.flatMap((values) => [...values]);
  return norm(left.map((value, i) => value - (right[i] as number))) / norm(right);
}

describe("the whole step", () => {
  for (const settings of [
    { method: "lora" },
    { method: "rslora", target_modules: ["q_proj", "down_proj"] },
    { modules_to_save: ["lm_head", "model.norm", "1.mlp.down_proj"], target_modules: ["q_proj"] },
    { method: "full" },
  ]) {
    test(`${JSON.stringify(settings)}: gradients equal central differences`, async () => {
      const model = await open(settings);
      const batch = packed(DOCUMENTS, 32);
      await model.accumulateGradients(batch, 1);
      for (const { name, data, gradient } of model.parameters) {
        // Along the gradient itself: the direction in which the loss changes most, so rounding matters least.
        const length = norm(gradient);
        expect(length, name).toBeGreaterThan(0);
        const start = data.slice();
        const step = 2e-2;
        const lossAt = async (sign: number) => {
          for (let i = 0; i < data.length; i++)
            data[i] = (start[i] as number) + (sign * step * (gradient[i] as number)) / length;
          return (await model.evaluate(batch)).lossSum;
        };
        // Richardson's two steps remove the cubic error, so that the bound can be tight.
        const wide = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
        const narrow = ((await lossAt(0.5)) - (await lossAt(-0.5))) / step;
        data.set(start);
        expect(Math.abs((4 * narrow - wide) / 3 - length) / length, name).toBeLessThanOrEqual(1e-3);
      }
      await model.dispose();
    });
  }

  test("what is kept from the forward pass changes nothing, to the last bit", async () => {
    const batch = packed(DOCUMENTS, 32);
    const results = [];
    for (const keepBytes of [0, 2 * 12_000, 10_000_000]) {
      const model = await open({}, { keepBytes });
      const { lossSum } = await model.accumulateGradients(batch, 0.1);
      results.push({ lossSum, gradients: gradientsOf(model.parameters) });
      await model.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("packed documents give the loss and gradients of the same documents one by one", async () => {
    const model = await open();
    const together = await model.accumulateGradients(packed(DOCUMENTS, 32), 1);
    const packedGradients = gradientsOf(model.parameters);
    const alone = { lossSum: 0, tokenCount: 0 };
    for (const document of DOCUMENTS) {
      const { lossSum, tokenCount } = await model.accumulateGradients(packed([document], 16), 1);
      alone.lossSum += lossSum;
      alone.tokenCount += tokenCount;
    }
    expect(together.tokenCount).toBe(alone.tokenCount);
    expect(Math.abs(together.lossSum - alone.lossSum) / alone.lossSum).toBeLessThan(1e-5);
    expect(relativeDifference(packedGradients, gradientsOf(model.parameters))).toBeLessThan(1e-4);
    await model.dispose();
  });

  test("sequences longer than an attention chunk see all that came before, and nothing after", async () => {
    const model = await open({ max_seq_length: 320 });
    const rng = Rng.seeded(3);
    const tokens = Array.from({ length: 300 }, () => rng.below(50));
    // The loss of the packed row must be the sum of what the model says token by token, read at once or from its cache.
    const { lossSum } = await model.evaluate(packed([tokens], 300));
    const cached = await model.openCompletion(Int32Array.of(tokens[0] as number));
    let sum = 0;
    for (let i = 1; i < tokens.length; i++) {
      const row = cached.logits;
      const highest = Math.max(...row);
      const partition = row.reduce((total, value) => total + Math.exp(value - highest), 0);
      sum += highest + Math.log(partition) - (row[tokens[i] as number] as number);
      if (i % 90 === 0) {
        const whole = await model.openCompletion(Int32Array.from(tokens.slice(0, i)));
        for (const [j, value] of whole.logits.entries())
          expect(Math.abs(value - (row[j] as number))).toBeLessThan(1e-4);
      }
      await cached.push(tokens[i] as number);
    }
    expect(Math.abs(lossSum - sum) / sum).toBeLessThan(1e-5);
    await model.dispose();
  });

  test("evaluating gives the loss that training reports", async () => {
    const model = await open();
    const batch = packed(DOCUMENTS, 32);
    const trained = await model.accumulateGradients(batch, 1);
    expect(await model.evaluate(batch)).toEqual(trained);
    await model.dispose();
  });
});

test("a stop is noticed between two layers, on the way forward and back", async () => {
  const model = await open();
  const batch = packed(DOCUMENTS, 32);
  // Two layers: asked before each of them forward, then before each of them backward.
  for (const layersBefore of [0, 1, 2, 3]) {
    let asked = 0;
    const stopping = model.accumulateGradients(batch, 1, () => asked++ === layersBefore);
    await expect(stopping).rejects.toThrow(StopRequested);
    expect(asked).toBe(layersBefore + 1);
  }
  await expect(model.evaluate(batch, () => true)).rejects.toThrow(StopRequested);
  await model.dispose();
});

describe("what cannot be trained is refused in a sentence", () => {
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["a context longer than the model's", { max_seq_length: 1024 }, /context is 512 tokens/],
    ["a principal part of more than there is", { init_lora_weights: "pissa", rank: 17 }, /rank is 17, but .*has rank/],
    [
      "a principal part of weights that stay on disk",
      { init_lora_weights: "pissa", weight_offload: "disk" },
      /disk leaves the weights as they are, but init_lora_weights pissa/,
    ],
    [
      "modules to save that match nothing",
      { modules_to_save: ["classifier"] },
      /"classifier" match no module.*it has embed_tokens/,
    ],
    ["a module trained whole and adapted", { modules_to_save: ["proj"] }, /modules_to_save would train .* whole/],
    ["an adapter that is not there", { init_adapter: "/nowhere" }, /adapter_config.json cannot be opened/],
    ["an adapter for method full", { init_adapter: "/nowhere", method: "full" }, /means nothing for method full/],
    ["target modules that match nothing", { target_modules: ["Wqkv"] }, /"Wqkv".*q_proj/],
  ];
  for (const [name, settings, message] of cases) {
    test(name, async () => {
      await expect(open(settings)).rejects.toThrow(message);
    });
  }

  test("a config that contradicts its weights", async () => {
    const other = await mkdtemp(join(tmpdir(), "codetune-executor-"));
    await writeRandomModel(other, TINY_LLAMA);
    const { writeFile } = await import("node:fs/promises");
    await writeFile(
      join(other, "config.json"),
      JSON.stringify({ model_type: "llama", ...TINY_LLAMA, intermediate_size: 32 }),
    );
    await expect(open({}, { modelDir: other })).rejects.toThrow(/gate_proj\.weight of shape \[24, 16\]/);
    await writeFile(join(other, "config.json"), JSON.stringify({ model_type: "mamba" }));
    await expect(open({}, { modelDir: other })).rejects.toThrow(/"mamba", which can't be trained; supported: llama/);
    await rm(other, { recursive: true });
  });
});

describe("8-bit weights", () => {
  const batch = packed(DOCUMENTS, 24);

  test.each(["lora", "dora"])("loss and %s gradients are close to those of fp32", async (method) => {
    const [exact, rounded] = [await open({ method }), await open({ method, base_precision: "int8" })];
    const losses = await Promise.all([exact, rounded].map((model) => model.accumulateGradients(batch, 1 / 18)));
    const [reference, loss] = losses.map(({ lossSum }) => lossSum) as [number, number];
    expect(loss).not.toBe(reference);
    expect(Math.abs(loss - reference) / reference).toBeLessThanOrEqual(0.02);
    const all = (parameters: readonly Parameter[]) => parameters.flatMap(({ gradient }) => Array.from(gradient));
    const [g, h] = [all(exact.parameters), all(rounded.parameters)];
    const dot = g.reduce((sum, value, i) => sum + value * (h[i] as number), 0);
    expect(dot / Math.hypot(...g) / Math.hypot(...h)).toBeGreaterThanOrEqual(0.99);
    await Promise.all([exact.dispose(), rounded.dispose()]);
  });

  test("cannot be trained themselves: method full is refused", async () => {
    await expect(open({ base_precision: "int8", method: "full" })).rejects.toThrow(
      /int8 freezes the weights.*choose fp32/,
    );
  });
});
