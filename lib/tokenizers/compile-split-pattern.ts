/** @file Regular expressions out of tokenizer files: translated from Oniguruma to JavaScript, and tried before use. */
import { runInNewContext } from "node:vm";
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { AppError } from "@/lib/errors";

const MAX_PATTERN_CHARS = 10_000;
const PROBE_CHARS = 2_000;
const PROBE_TIMEOUT_MS = 2_000;

export type SplitPattern = { Regex: string } | { String: string };

/**
 * A global RegExp for the pattern of a `Split` pre-tokenizer, with Oniguruma's meaning of `\s`, `\d`, `\w` ….
 * Errors: `invalid_input` when it can't be compiled, or takes longer than its probes' time: a pattern can be written so
 * that it never ends, and it would stop the whole process.
 */
export function compileSplitPattern(pattern: SplitPattern, fileName: string): RegExp {
  const source = "Regex" in pattern ? pattern.Regex : pattern.String;
  if (source.length > MAX_PATTERN_CHARS) {
    throw new AppError(
      "invalid_input",
      `${fileName} has a pre-tokenizer pattern of more than ${MAX_PATTERN_CHARS} characters.`,
    );
  }
  let compiled: RegExp | null;
  try {
    compiled = new SplitPreTokenizer({ type: "Split", pattern, behavior: "Isolated", invert: false }).pattern;
  } catch (error) {
    throw new AppError(
      "invalid_input",
      `${fileName} has a pre-tokenizer pattern that can't be used here: ${source.slice(0, 80)}.`,
      { cause: error },
    );
  }
  if (compiled === null)
    throw new AppError("invalid_input", `${fileName} has a pre-tokenizer pattern of an unknown kind.`);
  if ("Regex" in pattern) tryPattern(compiled, source, fileName);
  return compiled;
}

function tryPattern(compiled: RegExp, source: string, fileName: string): void {
  const seeds = new Set([
    "a",
    "A",
    "1",
    " ",
    "\n",
    "\t",
    "!",
    "'",
    "_",
    "é",
    "中",
    "aA",
    "a1",
    "a ",
    " \n",
    ...source.slice(0, 500),
  ]);
  const probes = [...seeds].flatMap((seed) => {
    const run = seed.repeat(PROBE_CHARS / seed.length);
    return [run, `${run}\u0000`, `${run}!`];
  });
  try {
    runInNewContext(
      "for (const probe of probes) probe.match(compiled);",
      { probes, compiled },
      { timeout: PROBE_TIMEOUT_MS },
    );
  } catch (error) {
    throw new AppError(
      "invalid_input",
      `${fileName} has a pre-tokenizer pattern that takes too long: ${source.slice(0, 80)}.`,
      { cause: error },
    );
  }
}
