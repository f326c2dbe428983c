/** @file Beginnings of held-out documents, and gaps in them: completing them shows people how the model improves on code it never trained on. */
import type { ChatMessage, DatasetDocument } from "@/lib/contracts/dataset";
import type { OBJECTIVES } from "@/lib/contracts/objective-settings";
import type { SamplePrompt } from "@/lib/contracts/trainer-protocol";
import { functionPairs } from "@/lib/datasets/pairs/function-pairs";
import { readDocuments } from "@/lib/datasets/read-documents";
import { readSplits } from "@/lib/datasets/split-documents";
import { openSourceParser } from "@/lib/datasets/syntax/parse-source";

const PROMPTS = 2;
const MIN_TEXT_LENGTH = 200;
const MAX_PROMPT_LENGTH = 400;

const MAX_SUFFIX_LENGTH = 200;

export interface SampleOptions {
  evalSplit: number;
  seed: number;
  objective: (typeof OBJECTIVES)[number];
  /** Messages up to where the assistant is asked, as the model's template writes them; null where it can't. */
  renderPrompt(messages: ChatMessage[]): Promise<string | null>;
  signal?: AbortSignal;
}

/** The same ones for the same dataset, split and seed; none when nothing is held out. */
export async function pickSamplePrompts(datasetDir: string, options: SampleOptions): Promise<SamplePrompt[]> {
  const { evalSplit, seed, signal } = options;
  if (evalSplit === 0) return [];
  const { splits } = await readSplits(readDocuments(datasetDir, signal), evalSplit, seed);

  const prompts: SamplePrompt[] = [];
  let index = 0;
  for await (const document of readDocuments(datasetDir, signal)) {
    if (splits[index++] !== "eval") continue;
    const prompt = await promptOf(document, options);
    if (prompt !== null) prompts.push({ name: document.name, ...prompt });
    if (prompts.length === PROMPTS) break;
  }
  return prompts;
}

async function promptOf(
  document: DatasetDocument,
  { objective, renderPrompt }: SampleOptions,
): Promise<Omit<SamplePrompt, "name"> | null> {
  const { prompt, text, messages } = document;
  const asked =
    messages !== undefined
      ? messages.slice(
          0,
          messages.findIndex(({ role }) => role === "assistant"),
        )
      : prompt && objective === "chat"
        ? [{ role: "user" as const, content: prompt.trimEnd() }]
        : null;
  if (asked !== null) {
    const rendered = asked.length === 0 ? null : await renderPrompt(asked);
    return rendered !== null && rendered.length <= MAX_PROMPT_LENGTH ? { prompt: rendered } : null;
  }
  if (prompt) return prompt.length <= MAX_PROMPT_LENGTH ? { prompt } : null;
  if (objective === "docstring" || objective === "signature") return functionOf(document, objective);
  return gapOf(text, objective === "fim");
}

/** What stands before the body of the first function that is not too long. */
async function functionOf(
  document: DatasetDocument,
  kind: "docstring" | "signature",
): Promise<{ prompt: string } | null> {
  const parser = await openSourceParser();
  const pairs = parser.parse(document, (tree) => functionPairs(tree, document, kind)) ?? [];
  const pair = pairs.find((one) => one.prompt.length <= MAX_PROMPT_LENGTH);
  return pair === undefined ? null : { prompt: pair.prompt };
}

/** The text's beginning, cut in the middle of a line so that there is something to finish; with a gap, what comes after that line. */
function gapOf(text: string, hasSuffix: boolean): Omit<SamplePrompt, "name"> | null {
  if (text.length < MIN_TEXT_LENGTH) return null;
  const length = Math.min(MAX_PROMPT_LENGTH, Math.floor(text.length / 2));
  const lineStart = text.lastIndexOf("\n", length - 1) + 1;
  const found = text.indexOf("\n", length);
  const lineEnd = found === -1 ? text.length : found;
  const line = text.slice(lineStart, lineEnd);
  const end = line.trim().length < 4 ? length : lineStart + Math.ceil(line.length / 2);
  const prompt = text.slice(0, end).replace(/[\uD800-\uDBFF]$/, "");
  if (!hasSuffix) return { prompt };
  const suffix = text.slice(lineEnd, lineEnd + MAX_SUFFIX_LENGTH).replace(/[\uD800-\uDBFF]$/, "");
  return { prompt, suffix };
}
