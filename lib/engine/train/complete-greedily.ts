/** @file Greedy completions, so that people see what the model has learned. */
import { GenerationSettings } from "@/lib/contracts/generation";
import { generate } from "../generate/generate";
import type { TrainableModel } from "../types";

export interface SampleTokenizer {
  encode(text: string): number[];
  decode(ids: number[]): string;
  eosTokenId: number;
  /** Asks for what stands between two texts, cut to so many tokens; null or absent where the model has no tokens for that. */
  fillIn?: ((prefix: string, suffix: string, maxTokens: number) => FillInPrompt) | null;
}

export interface FillInPrompt {
  ids: number[];
  /** Any of these ends a middle. */
  ends: readonly number[];
}

const MAX_NEW_TOKENS = 48;
/** On a large model the samples of an evaluation must not take longer than the training between two. */
const MAX_MILLISECONDS = 15_000;

/**
 * The likeliest continuation, token by token, until the end-of-text token, a bound, or `shouldStop`.
 * @param suffix what comes after a gap behind the prompt
 * @param contextLength tokens of prompt and completion together; of a longer prompt the end is shown to the model
 */
export async function completeGreedily(options: {
  model: Pick<TrainableModel, "openCompletion">;
  tokenizer: SampleTokenizer;
  prompt: string;
  suffix?: string | undefined;
  contextLength: number;
  shouldStop(): boolean;
  now(): number;
}): Promise<string> {
  const { model, tokenizer, contextLength, shouldStop, now } = options;
  const room = Math.max(1, contextLength - MAX_NEW_TOKENS);
  const asked = options.suffix === undefined ? null : tokenizer.fillIn?.(options.prompt, options.suffix, room);
  const ids = asked?.ids ?? tokenizer.encode(options.prompt).slice(-room);
  const deadline = now() + MAX_MILLISECONDS;
  const pieces = generate({
    model,
    decode: tokenizer.decode,
    prompt: ids.length > 0 ? ids : [tokenizer.eosTokenId],
    contextLength,
    endTokens: new Set([tokenizer.eosTokenId, ...(asked?.ends ?? [])]),
    settings: GenerationSettings.parse({ max_new_tokens: MAX_NEW_TOKENS }),
    // Asked before every token.
    signal: {
      get aborted() {
        return shouldStop() || now() >= deadline;
      },
    },
  });
  let text = "";
  for await (const piece of pieces) if (piece.kind === "text") text += piece.text;
  return text;
}
