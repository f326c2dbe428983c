/** @file Beginnings of held-out documents: completing them shows people how the model improves on code it never trained on. */
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { readDocuments } from "@/lib/datasets/read-documents";
import { splitDocuments } from "@/lib/datasets/split-documents";

const PROMPTS = 2;
const MIN_TEXT_LENGTH = 200;
const MAX_PROMPT_LENGTH = 400;

export interface SampleOptions {
  evalSplit: number;
  seed: number;
  signal?: AbortSignal;
}

/** The same ones for the same dataset, split and seed; none when nothing is held out. */
export async function pickSamplePrompts(
  datasetDir: string,
  { evalSplit, seed, signal }: SampleOptions,
): Promise<TrainerSpec["samplePrompts"]> {
  if (evalSplit === 0) return [];
  const names: string[] = [];
  for await (const { name } of readDocuments(datasetDir, signal)) names.push(name);
  const splits = splitDocuments(names, evalSplit, seed);

  const prompts: TrainerSpec["samplePrompts"] = [];
  let index = 0;
  for await (const document of readDocuments(datasetDir, signal)) {
    if (splits[index++] !== "eval") continue;
    const prompt = promptOf(document);
    if (prompt !== null) prompts.push({ name: document.name, prompt });
    if (prompts.length === PROMPTS) break;
  }
  return prompts;
}

/** The prompt that a document has, else its beginning, cut in the middle of a line so that there is something to finish. */
function promptOf({ prompt, text }: DatasetDocument): string | null {
  if (prompt) return prompt.length <= MAX_PROMPT_LENGTH ? prompt : null;
  if (text.length < MIN_TEXT_LENGTH) return null;
  const length = Math.min(MAX_PROMPT_LENGTH, Math.floor(text.length / 2));
  const lineStart = text.lastIndexOf("\n", length - 1) + 1;
  const lineEnd = text.indexOf("\n", length);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
  const end = line.trim().length < 4 ? length : lineStart + Math.ceil(line.length / 2);
  return text.slice(0, end).replace(/[\uD800-\uDBFF]$/, "");
}
