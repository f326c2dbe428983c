/** @file Text from a model, piece by piece. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FinishReason, GenerationSettings } from "@/lib/contracts/generation";
import { AppError } from "@/lib/errors";
import { Rng } from "../optim/rng";
import { StopRequested } from "../stop-requested";
import type { TrainableModel } from "../types";
import { chooseToken } from "./choose-token";
import { StopStrings } from "./stop-strings";
import { TextStream } from "./text-stream";

export interface GenerateOptions {
  model: Pick<TrainableModel, "openCompletion">;
  decode: (ids: number[]) => string;
  /** At least one token. */
  prompt: readonly number[];
  /** Tokens of prompt and completion together. */
  contextLength: number;
  /** A text ends where the model gives one of these, which is not part of it. */
  endTokens: ReadonlySet<number>;
  settings: GenerationSettings;
  /** Called as soon as a token of the text is chosen. */
  onToken?: () => void;
  /** Looked at before every token, and while the prompt is read before every layer. */
  signal?: Pick<AbortSignal, "aborted">;
}

/** Pieces as soon as they are certain, none empty; then how it ended. */
export type Generated =
  | { kind: "text"; text: string }
  | { kind: "end"; reason: FinishReason; promptTokens: number; newTokens: number };

/**
 * Continues a prompt. Given the same model, prompt, settings and machine, the same text. No character is torn between
 * two pieces, and nothing of a stop string comes out. Who wants no more leaves the loop or aborts the signal.
 * @throws AppError invalid_input when the prompt leaves no room in the context
 */
export async function* generate(options: GenerateOptions): AsyncGenerator<Generated, void, void> {
  const { model, prompt, contextLength, endTokens, settings, signal } = options;
  if (prompt.length >= contextLength) {
    const message = `The prompt has ${prompt.length} tokens, but the model's context is ${contextLength}; leave room for at least one more.`;
    throw new AppError("invalid_input", message);
  }
  const rng = Rng.seeded(settings.seed);
  const seen = new Set(prompt);
  const stream = new TextStream(options.decode, prompt);
  const stops = new StopStrings(settings.stop);
  let newTokens = 0;
  let reason: FinishReason | null = signal?.aborted ? "cancelled" : null;
  const completion = await model
    .openCompletion(Int32Array.from(prompt), () => signal?.aborted === true)
    .catch((error: unknown) => {
      if (!(error instanceof StopRequested)) throw error;
      reason = "cancelled";
    });
  while (completion && !reason) {
    const token = chooseToken(completion.logits, seen, settings, rng);
    if (endTokens.has(token)) {
      reason = "end";
      break;
    }
    newTokens++;
    options.onToken?.();
    seen.add(token);
    const text = stops.push(stream.push(token));
    if (text !== "") yield { kind: "text", text };
    if (stops.isFound) reason = "stop";
    else if (newTokens === settings.max_new_tokens) reason = "length";
    else if (prompt.length + newTokens === contextLength) reason = "context";
    else {
      // Messages, signals and timers get their turn: with the CPU's work there may be no other pause.
      await nextTurn();
      if (signal?.aborted) reason = "cancelled";
      else await completion.push(token);
    }
  }
  const rest = stops.push(stream.end()) + stops.end();
  if (rest !== "") yield { kind: "text", text: rest };
  yield { kind: "end", reason: stops.isFound ? "stop" : (reason ?? "end"), promptTokens: prompt.length, newTokens };
}
