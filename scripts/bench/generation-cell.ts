/** @file Generation on SmolLM2-135M's shape after a prompt of 512 tokens, and the same by transformers in turns. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { root } from "../setup/root.mjs";
import type { Python } from "./find-python";
import { type Figures, runFigures, runProgram } from "./run-program";
import { median } from "./summarize";

const PROMPT_TOKENS = 512;
const NEW_TOKENS = 64;
const REPEATS = 2;
const DTYPES = ["float32", "bfloat16"] as const;

/** Whole processes take turns: each opens the model in seconds and does its work a few times. */
export async function measureGeneration(folder: string, python: Python | null): Promise<Figures> {
  await runProgram("write-shape", "135M", folder);
  const work = [folder, ...[PROMPT_TOKENS, NEW_TOKENS, REPEATS].map(String)];
  const script = join(root, "tests", "oracle", "generation_speed.py");
  const ours: Figures[] = [];
  const theirs: Figures = {};
  for (const dtype of python ? DTYPES : [null]) {
    const figures = await runProgram("measure-generation", ...work);
    ours.push(figures);
    if (!python || !dtype) continue;
    const args = [script, ...work, "--dtype", dtype, "--threads", String(availableParallelism())];
    const other = await runFigures(python.command, args);
    theirs[`tokens/s of transformers, ${dtype}`] = number(other, "tokensPerSecond");
    theirs[`seconds to its first token, ${dtype}`] = number(other, "secondsToFirstToken");
    theirs[`tokens/s ÷ transformers', ${dtype}`] =
      number(figures, "tokensPerSecond") / number(other, "tokensPerSecond");
  }
  const ourMedian = (name: string) => median(ours.map((figures) => number(figures, name)));
  return {
    promptTokens: PROMPT_TOKENS,
    newTokens: NEW_TOKENS,
    "tokens/s": ourMedian("tokensPerSecond"),
    secondsToFirstToken: ourMedian("secondsToFirstToken"),
    secondsToFirstTokenCold: ourMedian("secondsToFirstTokenCold"),
    peakBytes: ourMedian("peakBytes"),
    ...theirs,
  };
}

function number(figures: Figures, name: string): number {
  const value = figures[name];
  if (typeof value !== "number") throw new Error(`internal: a measured program did not print ${name}`);
  return value;
}
