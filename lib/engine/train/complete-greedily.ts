/** @file Greedy completions, so that people see what the model has learned. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrainableModel } from "../types";

export interface SampleTokenizer {
  encode(text: string): number[];
  decode(ids: number[]): string;
  eosTokenId: number;
}

const MAX_NEW_TOKENS = 48;
/** On a large model the samples of an evaluation must not take longer than the training between two. */
const MAX_MILLISECONDS = 15_000;

/**
 * The likeliest continuation, token by token, until the end-of-text token, a bound, or `shouldStop`.
 * @param contextLength tokens of prompt and completion together; of a longer prompt the end is shown to the model
 */
export async function completeGreedily(options: {
  model: Pick<TrainableModel, "openCompletion">;
  tokenizer: SampleTokenizer;
  prompt: string;
  contextLength: number;
  shouldStop(): boolean;
  now(): number;
}): Promise<string> {
  const { model, tokenizer, prompt, contextLength } = options;
  const promptIds = tokenizer.encode(prompt).slice(-Math.max(1, contextLength - MAX_NEW_TOKENS));
  const ids = promptIds.length > 0 ? promptIds : [tokenizer.eosTokenId];
  const completion: number[] = [];
  const deadline = options.now() + MAX_MILLISECONDS;
  const text = await model.openCompletion(Int32Array.from(ids));
  while (completion.length < MAX_NEW_TOKENS && options.now() < deadline && !options.shouldStop()) {
    const { logits } = text;
    let best = 0;
    for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
    if (best === tokenizer.eosTokenId) break;
    completion.push(best);
    if (ids.length + completion.length >= contextLength) break;
    await text.push(best);
    await nextTurn();
  }
  return tokenizer.decode(completion);
}
