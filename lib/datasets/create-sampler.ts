/** @file What an objective makes of each document: the one place that knows them all. */
import type { Tree } from "web-tree-sitter";
import type { ChatMessage, DatasetDocument } from "@/lib/contracts/dataset";
import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";
import { AppError } from "@/lib/errors";
import { type FimTokens, findFimTokens } from "@/lib/tokenizers/fim-presets";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { type ChatRenderer, conversationOf } from "./chat/open-chat-renderer";
import { tokenizeSpans } from "./chat/tokenize-spans";
import type { ObjectiveCounter } from "./count-objective";
import { createNodeChooser } from "./fim/choose-node";
import { fimSamples } from "./fim/fim-samples";
import { functionPairs, hasFunctionPairs } from "./pairs/function-pairs";
import type { SourceParser } from "./syntax/parse-source";
import { tokenizeDocument } from "./tokenize-document";
import type { TrainingSample } from "./training-sample";

export interface SamplerOptions {
  settings: ObjectiveSettings;
  tokenizer: Tokenizer;
  specialTokens: "parse" | "text";
  blockLength: number;
  seed: number;
  /** By the model's chat template; null where it has none. */
  chat: ChatRenderer | null;
  /** Opened where the settings need syntax trees. */
  parser: SourceParser | null;
  count: ObjectiveCounter;
}

export interface Sampler {
  samplesOf(document: DatasetDocument): TrainingSample[] | Promise<TrainingSample[]>;
  /** Why documents made no sample, as a part of a sentence; null where there is nothing to say. */
  reason(): string | null;
}

/** Errors: `invalid_input` beside the setting that this model or dataset can't have. */
export function createSampler(options: SamplerOptions): Sampler {
  const { settings, tokenizer, specialTokens, chat, parser, count } = options;
  const { objective, train_on_inputs } = settings;
  const fim = objective === "fim" ? findFimTokens(tokenizer) : null;
  if (objective === "fim" && fim === null) throw noFimTokens();
  if (objective === "chat" && chat === null) throw noChatTemplate("objective");
  let refusal: string | null = null;

  const converse = async (messages: ChatMessage[]): Promise<TrainingSample[]> => {
    if (chat === null) throw noChatTemplate("dataset_name");
    const rendered = await chat.render({ kind: "conversation", messages });
    if ("refusal" in rendered) {
      refusal ??= rendered.refusal;
      count("refusedConversations");
      return [];
    }
    count("conversations");
    count("rewrittenTurns", rendered.rewrittenTurns);
    return [tokenizeSpans(rendered, tokenizer, train_on_inputs)];
  };
  const fill = (document: DatasetDocument, tokens: FimTokens): TrainingSample[] => {
    const withNodes = (tree: Tree) =>
      fimSamples(document, { ...options, fim: tokens, chooseNode: createNodeChooser(tree, document.text) });
    return parser?.parse(document, withNodes) ?? fimSamples(document, { ...options, fim: tokens });
  };
  const functionsOf = (document: DatasetDocument, kind: "docstring" | "signature"): TrainingSample[] => {
    const pairs = hasFunctionPairs(document.language)
      ? (parser?.parse(document, (tree) => functionPairs(tree, document, kind)) ?? [])
      : [];
    count("functions", pairs.length);
    if (pairs.length === 0) count("documentsWithoutFunctions");
    // A source file's text that spells a special token is text.
    return pairs.map((pair) => tokenizeDocument(pair, tokenizer, "text", train_on_inputs));
  };
  return {
    samplesOf: (document) => {
      const { messages, prompt, text } = document;
      if (messages !== undefined) return converse(messages);
      if (prompt && objective === "chat") return converse(conversationOf(prompt, text));
      // A prompt and its completion have their own middle: the border between them.
      if (fim !== null && !prompt) return fill(document, fim);
      if ((objective === "docstring" || objective === "signature") && !prompt) return functionsOf(document, objective);
      return [tokenizeDocument(document, tokenizer, specialTokens, train_on_inputs)];
    },
    reason: () => {
      if (refusal !== null) return `the model's chat template refuses its conversations: ${refusal}`;
      if (objective === "docstring" || objective === "signature") return NO_FUNCTIONS[objective];
      return null;
    },
  };
}

/** @param settings of the sampler: do they need syntax trees? */
export const needsSyntax = ({ objective, fim_span }: ObjectiveSettings): boolean =>
  objective === "docstring" || objective === "signature" || (objective === "fim" && fim_span === "syntax");

const LANGUAGES = "Python, JavaScript, TypeScript, Go, Java, Rust, C#, C, C++ or PHP";
const NO_FUNCTIONS = {
  docstring: `no function with a doc comment was found in it, in ${LANGUAGES}`,
  signature: `no function was found in it, in ${LANGUAGES}`,
};

function noFimTokens(): AppError {
  const problem =
    "needs a model whose tokenizer has fill-in-the-middle tokens: Qwen2.5-Coder, StarCoder, DeepSeek-Coder, CodeGemma, Code Llama, the bundled codetune/tiny-code, or one with a tokenizer from the tokenizer lab";
  return new AppError("invalid_input", `The objective fim ${problem}.`, { fieldErrors: { objective: [problem] } });
}

function noChatTemplate(field: "objective" | "dataset_name"): AppError {
  const change =
    "choose a model that was tuned for instructions, or put its chat_template.jinja into the model's folder";
  const problem =
    field === "objective"
      ? `needs a model with a chat template, which this one has not: ${change}`
      : `holds conversations, and this model has no chat template: ${change}`;
  const subject = field === "objective" ? "The objective chat" : "This dataset";
  return new AppError("invalid_input", `${subject} ${problem}.`, { fieldErrors: { [field]: [problem] } });
}
