/**
 * @file WebGPU against the CPU: every operator, and the whole step of every architecture. Runs where a WebGPU session
 * opens, on a real GPU or a software one; skipped elsewhere, with one line that says why.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { backward } from "@/lib/engine/autodiff/backward";
import { type OpenedModel, openTrainableModel } from "@/lib/engine/executor/open-model";
import { GraphBuilder } from "@/lib/engine/graph/graph-builder";
import type { Value } from "@/lib/engine/graph/ops";
import { type EncodedModel, encodeModel } from "@/lib/engine/onnx/encode-model";
import { Rng } from "@/lib/engine/optim/rng";
import { quantizedLinear, quantizeLinear } from "@/lib/engine/quantize/quantized-linear";
import type { Device } from "@/lib/engine/runtime/device";
import { GraphSession, type TensorData } from "@/lib/engine/runtime/session";
import { buildOperatorCase, numbers, operatorCases } from "@/lib/engine/testing/operator-cases";
import { packDocuments } from "@/lib/engine/testing/pack-documents";
import { whyWebgpuIsClosed } from "./why-webgpu-is-closed";

const BOUND = 1e-3;
const FIXTURES = join(import.meta.dirname, "../fixtures/architectures");
const architectures = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, "expected.json")));

const norm = (values: Iterable<number>) => Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));

/** ‖a - b‖ / ‖b‖ */
const relativeError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  norm(Array.from(a, (value, i) => value - (b[i] as number))) / Math.max(norm(Array.from(b)), 1e-30);

type Settings = Partial<RunConfig>;

async function runOnBoth(model: EncodedModel, feeds: Readonly<Record<string, TensorData>>) {
  const runOn = async (device: Device) => {
    const session = await GraphSession.create(model, { device, threads: 1 });
    const named = [...session.inputs.keys()].map((name) => [name, feeds[name] as TensorData] as const);
    const results = await session.run(Object.fromEntries(named));
    await session.dispose();
    return results;
  };
  return { cpu: await runOn("cpu"), webgpu: await runOn("webgpu") };
}

async function open(name: string, settings: Settings, device: Device): Promise<OpenedModel> {
  const config = RunConfig.parse({
    model_type: "m",
    dataset_name: "d",
    max_seq_length: 64,
    rank: 4,
    alpha: 8,
    ...settings,
  });
  const model = await openTrainableModel({ modelDir: join(FIXTURES, name), config, rng: Rng.seeded(1), device });
  // B starts at zero, which would hide every gradient of A.
  const rng = Rng.seeded(11);
  for (const parameter of model.parameters)
    if (parameter.name.includes("lora_B"))
      for (let i = 0; i < parameter.data.length; i++) parameter.data[i] = 0.1 * rng.normal();
  return model;
}

async function stepOn(device: Device, name: string, settings: Settings) {
  const model = await open(name, settings, device);
  expect(model.device).toBe(device);
  const fixture = JSON.parse(readFileSync(join(FIXTURES, name, "expected.json"), "utf8")) as { tokens: number[][] };
  // Documents over two chunks of attention, one of them across the boundary; and a row of which most is filler.
  const packed = packDocuments([[1, 2, 3].flatMap(() => fixture.tokens), fixture.tokens], 150);
  const batch = { ...packed, seeds: Uint32Array.of(3, 5) };
  const losses = [(await model.accumulateGradients(batch, 1)).lossSum, (await model.evaluate(batch)).lossSum];
  const gradients = new Map(model.parameters.map((parameter) => [parameter.name, parameter.gradient.slice()]));
  await model.dispose();
  return { losses, gradients };
}

const closed = await whyWebgpuIsClosed();

describe.skipIf(closed !== null)("WebGPU against the CPU", () => {
  test.each(operatorCases)("$name: value and gradients", async (operator) => {
    const b = new GraphBuilder();
    const { output, leaves, feeds } = buildOperatorCase(operator, b);
    const gradients = backward(
      b,
      output,
      b.constant(
        numbers(
          output.shape.reduce((x, y) => x * y, 1),
          99,
        ),
        output.shape,
      ),
      leaves,
    );
    const named = leaves.map((leaf, i) => [`d_${leaf.name}`, gradients[i] as Value] as const);
    const model = encodeModel({ outputs: { y: output, ...Object.fromEntries(named) } });
    const { cpu, webgpu } = await runOnBoth(model, feeds);
    expect(Object.keys(webgpu)).toEqual(Object.keys(cpu));
    for (const [name, expected] of Object.entries(cpu))
      expect(relativeError(webgpu[name] as Float32Array, expected), name).toBeLessThanOrEqual(1e-5);
  });

  test.each(["out_in", "in_out"] as const)("8-bit weights stored %s: product and gradient", async (layout) => {
    const [rows, inFeatures, outFeatures] = [7, 40, 24];
    const spec = { module: "m", inFeatures, outFeatures, layout };
    const b = new GraphBuilder();
    const y = quantizedLinear(b, spec)(b.input("x", [rows, inFeatures]));
    const { inputs } = encodeModel({ outputs: { y } });
    const [dx] = backward(b, y, b.input("dy", y.shape), [inputs.get("x") as Value]);
    const feeds = {
      x: numbers(rows * inFeatures, 1),
      dy: numbers(rows * outFeatures, 2).fill(0, 0, outFeatures),
      ...quantizeLinear(spec, numbers(inFeatures * outFeatures, 3)),
    };
    const { cpu, webgpu } = await runOnBoth(encodeModel({ outputs: { y, dx: dx as Value } }), feeds);
    expect(relativeError(webgpu["y"] ?? [], cpu["y"] ?? [])).toBeLessThanOrEqual(1e-5);
    expect(relativeError(webgpu["dx"] ?? [], cpu["dx"] ?? [])).toBeLessThanOrEqual(1e-5);
  });

  const steps = architectures.flatMap((name) => {
    const methods = ["lora", "full", ...(name === "llama" ? ["rslora" as const] : [])] as const;
    return methods.map((method) => ({ name, method }));
  });
  test.each(steps)("$name, method $method: losses and every gradient", async ({ name, method }) => {
    const cpu = await stepOn("cpu", name, { method });
    const webgpu = await stepOn("webgpu", name, { method });
    expect(relativeError(webgpu.losses, cpu.losses)).toBeLessThanOrEqual(1e-5);
    expect(cpu.gradients.size).toBeGreaterThan(0);
    for (const [parameter, expected] of cpu.gradients)
      expect(relativeError(webgpu.gradients.get(parameter) ?? [], expected), parameter).toBeLessThanOrEqual(BOUND);
  });

  test("weights are sent once; then adapters, inputs and rows with loss go over, and gradients come back", async () => {
    const model = await open("llama", { method: "lora" }, "webgpu");
    const [length, { hiddenSize }] = [8, model.architecture.shape];
    const batch = packDocuments([[[3, 1, 4, 1, 5, 9, 2, 6]]], length);
    const stepTraffic = async () => {
      const { toDevice, fromDevice } = model.traffic;
      await model.accumulateGradients(batch, 1);
      return { toDevice: model.traffic.toDevice - toDevice, fromDevice: model.traffic.fromDevice - fromDevice };
    };
    const first = await stepTraffic();
    const second = await stepTraffic();
    const adapters = model.parameters.reduce((sum, { data }) => sum + data.length, 0);
    expect(first.toDevice - second.toDevice).toBe(4 * (model.totalParameters - adapters));
    // The head's rows are filled up to 64: x, labels, weights, and a scale.
    const head = 64 * (4 * hiddenSize + 8 + 4) + 4;
    const sequence = 8 * length + 4 * length ** 2;
    expect(second.toDevice).toBe(4 * adapters + 2 * 4 * length * hiddenSize + head + sequence);
    // Of each row of the head its dx and its loss.
    expect(second.fromDevice).toBe(4 * (adapters + length * hiddenSize + 64 * (hiddenSize + 1)));
    await model.dispose();
  });

  test.each<Settings>([
    { base_precision: "bf16" },
    { base_precision: "nf4" },
    { method: "dora" },
    { lora_dropout: 0.25 },
    { modules_to_save: ["lm_head", "embed_tokens"] },
    { gradient_checkpointing: "on" },
  ])("%j: losses and every gradient", async (settings) => {
    const cpu = await stepOn("cpu", "llama", settings);
    const webgpu = await stepOn("webgpu", "llama", settings);
    expect(relativeError(webgpu.losses, cpu.losses)).toBeLessThanOrEqual(1e-5);
    for (const [parameter, expected] of cpu.gradients)
      expect(relativeError(webgpu.gradients.get(parameter) ?? [], expected), parameter).toBeLessThanOrEqual(BOUND);
  });

  test("the same step gives the same bits", async () => {
    expect(await stepOn("webgpu", "llama", {})).toEqual(await stepOn("webgpu", "llama", {}));
  });

  test.each(["llama", "starcoder2"])("%s: logits after a prompt and after further tokens", async (name) => {
    const logitsOn = async (device: Device) => {
      const model = await open(name, { method: "lora" }, device);
      const completion = await model.openCompletion(Int32Array.of(3, 1, 4, 1, 5));
      const logits = [completion.logits.slice()];
      for (const token of [9, 2, 6]) {
        await completion.push(token);
        logits.push(completion.logits.slice());
      }
      await model.dispose();
      return logits;
    };
    const cpu = await logitsOn("cpu");
    for (const [i, logits] of (await logitsOn("webgpu")).entries())
      expect(relativeError(logits, cpu[i] ?? []), `after ${i} tokens`).toBeLessThanOrEqual(1e-4);
  });

  // Rounding is a step: one unit in the last place of a sum may turn a code, so no bound of float32 can hold.
  test("8-bit weights: the devices agree better than 8 bits agree with fp32", async () => {
    const exact = await stepOn("cpu", "llama", { method: "lora" });
    const cpu = await stepOn("cpu", "llama", { method: "lora", base_precision: "int8" });
    const webgpu = await stepOn("webgpu", "llama", { method: "lora", base_precision: "int8" });
    const joined = ({ gradients }: typeof cpu) => [...gradients.values()].flatMap((part) => [...part]);
    const rounding = relativeError(joined(cpu), joined(exact));
    expect(relativeError(joined(webgpu), joined(cpu))).toBeLessThanOrEqual(rounding / 2);
  });
});
