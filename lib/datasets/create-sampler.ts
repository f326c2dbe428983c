/** @file What an objective makes of each document: the one place that knows them all. */
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";
import { AppError } from "@/lib/errors";
import { findFimTokens } from "@/lib/tokenizers/fim-presets";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ObjectiveCounter } from "./count-objective";
import { fimSamples } from "./fim/fim-samples";
import { tokenizeDocument } from "./tokenize-document";
import type { TrainingSample } from "./training-sample";

export interface SamplerOptions {
  settings: ObjectiveSettings;
  tokenizer: Tokenizer;
  specialTokens: "parse" | "text";
  blockLength: number;
  seed: number;
  count: ObjectiveCounter;
}

export interface Sampler {
  samplesOf(document: DatasetDocument): TrainingSample[] | Promise<TrainingSample[]>;
}

/** Errors: `invalid_input` beside the setting that this model or dataset can't have. */
export function createSampler(options: SamplerOptions): Sampler {
  const { settings, tokenizer, specialTokens } = options;
  const plain = (document: DatasetDocument) => [
    tokenizeDocument(document, tokenizer, specialTokens, settings.train_on_inputs),
  ];
  if (settings.objective === "fim") {
    const fim = findFimTokens(tokenizer);
    if (fim === null) throw noFimTokens();
    // A prompt and its completion have their own middle: the border between them.
    return { samplesOf: (document) => (document.prompt ? plain(document) : fimSamples(document, { ...options, fim })) };
  }
  return { samplesOf: plain };
}

function noFimTokens(): AppError {
  const problem =
    "needs a model whose tokenizer has fill-in-the-middle tokens: Qwen2.5-Coder, StarCoder, DeepSeek-Coder, CodeGemma, Code Llama, the bundled codetune/tiny-code, or one with a tokenizer from the tokenizer lab";
  return new AppError("invalid_input", `The objective fim ${problem}.`, { fieldErrors: { objective: [problem] } });
}
