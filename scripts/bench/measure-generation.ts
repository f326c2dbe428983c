/**
 * @file Generation in a process of its own: `tsx measure-generation.ts <model folder> <prompt tokens> <new tokens> <repeats>`
 * prints one JSON line. Greedy; tests/oracle/generation_speed.py does the same work with transformers.
 */
import { openGenerator } from "@/lib/engine/generate/open-generator";
import { Rng } from "@/lib/engine/optim/rng";

const [modelDir, promptText, newText, repeatsText] = process.argv.slice(2);
if (!modelDir || !promptText || !newText || !repeatsText)
  throw new Error("usage: measure-generation.ts <model folder> <prompt tokens> <new tokens> <repeats>");
const promptTokens = Number(promptText);
const newTokens = Number(newText);

const opening = performance.now();
const model = await openGenerator({ modelDir, adapterDir: null, device: "cpu", precision: "fp32" });
const secondsToOpen = (performance.now() - opening) / 1000;
const rng = Rng.seeded(2);
const prompt = Int32Array.from({ length: promptTokens }, () => rng.below(model.architecture.shape.vocabularySize));

const indexOfLargest = (logits: Float32Array) => {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
  return best;
};

async function once() {
  const start = performance.now();
  const text = await model.openCompletion(prompt);
  let token = indexOfLargest(text.logits);
  const first = performance.now();
  for (let i = 1; i < newTokens; i++) {
    await text.push(token);
    token = indexOfLargest(text.logits);
  }
  const end = performance.now();
  return { secondsToFirstToken: (first - start) / 1000, tokensPerSecond: (newTokens - 1) / ((end - first) / 1000) };
}

const cold = await once();
const rows = [];
for (let i = 0; i < Number(repeatsText); i++) rows.push(await once());
await model.dispose();
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;
console.log(
  JSON.stringify({
    promptTokens,
    newTokens,
    secondsToOpen,
    secondsToFirstTokenCold: cold.secondsToFirstToken,
    secondsToFirstToken: median(rows.map((row) => row.secondsToFirstToken)),
    tokensPerSecond: median(rows.map((row) => row.tokensPerSecond)),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
