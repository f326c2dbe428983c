import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GenerationSettings } from "@/lib/contracts/generation";
import { openSafetensors } from "../safetensors/open-safetensors";
import { StopRequested } from "../stop-requested";
import { generate } from "./generate";
import { openGenerator } from "./open-generator";

const LLAMA = join(import.meta.dirname, "../../../tests/fixtures/architectures/llama");
const open = (adapterDir: string | null) =>
  openGenerator({ modelDir: LLAMA, adapterDir, device: "cpu", precision: "fp32", threads: 1 });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-generator-"));
});
afterAll(() => rm(dir, { recursive: true }));

/** Logits after the first sequence of the fixture, and what torch with peft says they are. */
async function logitsWith(adapterDir: string | null) {
  const expected = JSON.parse(await readFile(join(LLAMA, "expected.json"), "utf8")) as { tokens: number[][] };
  const [tokens] = expected.tokens as [number[]];
  const reference = await openSafetensors(join(LLAMA, "expected.safetensors"));
  const model = await open(adapterDir);
  try {
    const all = await reference.read("logits");
    const size = model.architecture.shape.vocabularySize;
    const { logits } = await model.openCompletion(Int32Array.from(tokens));
    const wanted = all.subarray((tokens.length - 1) * size, tokens.length * size);
    const difference = Math.max(...logits.map((logit, id) => Math.abs(logit - (wanted[id] as number))));
    return { difference, parameters: model.parameters.length };
  } finally {
    await model.dispose();
    await reference.close();
  }
}

test("an adapter that peft has written gives peft's logits; without it the base model speaks", async () => {
  const adapted = await logitsWith(join(LLAMA, "adapter"));
  expect(adapted.difference).toBeLessThanOrEqual(1e-4);
  expect(adapted.parameters).toBeGreaterThan(0);
  const base = await logitsWith(null);
  expect(base.difference).toBeGreaterThan(0.01);
  expect(base.parameters).toBe(0);
});

test("reading a prompt can be given up, and the next one is read", async () => {
  const model = await open(null);
  const prompt = Int32Array.of(1, 2, 3);
  const { logits } = await model.openCompletion(prompt);
  let asked = 0;
  await expect(model.openCompletion(prompt, () => ++asked === 2)).rejects.toThrow(StopRequested);
  expect(asked).toBe(2);
  expect((await model.openCompletion(prompt)).logits).toEqual(logits);
  let looks = 0;
  const pieces = generate({
    model,
    decode: (ids) => ids.join(),
    prompt: [...prompt],
    contextLength: 64,
    endTokens: new Set(),
    settings: GenerationSettings.parse({}),
    signal: {
      get aborted() {
        return ++looks > 2;
      },
    },
  });
  for await (const piece of pieces) expect(piece).toMatchObject({ kind: "end", reason: "cancelled", newTokens: 0 });
  await model.dispose();
});

test("an adapter of another model is refused in one sentence that names it", async () => {
  const folder = join(dir, "other");
  await cp(join(LLAMA, "adapter"), folder, { recursive: true });
  const path = join(folder, "adapter_config.json");
  const config = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...config, target_modules: ["q_proj"] }));
  await expect(open(folder)).rejects.toThrow(/^The adapter in .*other has a tensor .* that does not fit this model\.$/);
  await expect(open(join(dir, "nothing"))).rejects.toMatchObject({ code: "not_found" });
});
