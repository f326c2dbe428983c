/** @file Greedy completions, so that people see what the model has learned. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TrainableModel } from "../types";

export interface SampleTokenizer {
  encode(text: string): number[];
  decode(ids: number[]): string;
  eosTokenId: number;
}

const MAX_NEW_TOKENS = 48;
/** The whole prefix is computed again for each token, which on a large model would take longer than training. */
const MAX_MILLISECONDS = 15_000;

/**
 * The likeliest continuation, token by token, until the end-of-text token, a bound, or `shouldStop`.
 * @param contextLength tokens the model may see; of a longer prefix the last ones count
 */
export async function completeGreedily(options: {
  model: Pick<TrainableModel, "nextTokenLogits">;
  tokenizer: SampleTokenizer;
  prompt: string;
  contextLength: number;
  shouldStop(): boolean;
  now(): number;
}): Promise<string> {
  const { model, tokenizer, prompt, contextLength } = options;
  const promptIds = tokenizer.encode(prompt);
  const ids = promptIds.length > 0 ? promptIds : [tokenizer.eosTokenId];
  const completion: number[] = [];
  const deadline = options.now() + MAX_MILLISECONDS;
  while (completion.length < MAX_NEW_TOKENS && options.now() < deadline && !options.shouldStop()) {
    const logits = await model.nextTokenLogits(Int32Array.from([...ids, ...completion].slice(-contextLength)));
    let best = 0;
    for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
    if (best === tokenizer.eosTokenId) break;
    completion.push(best);
    await nextTurn();
  }
  return tokenizer.decode(completion);
}
