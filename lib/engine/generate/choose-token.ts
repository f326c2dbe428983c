/** @file From logits to the next token. */
import type { GenerationSettings } from "@/lib/contracts/generation";
import type { Rng } from "../optim/rng";
import { applyTemperature, keepTopK, keepTopP, penalizeRepetition, softmax } from "./process-logits";

export type SamplingSettings = Pick<GenerationSettings, "temperature" | "top_k" | "top_p" | "repetition_penalty">;

/** @param seen tokens of prompt and completion. The logits stay as they are. */
export function chooseToken(
  logits: Float32Array,
  seen: ReadonlySet<number>,
  settings: SamplingSettings,
  rng: Rng,
): number {
  const isGreedy = settings.temperature === 0;
  const scores = isGreedy && settings.repetition_penalty === 1 ? logits : logits.slice();
  penalizeRepetition(scores, seen, settings.repetition_penalty);
  if (isGreedy) return indexOfHighest(scores);
  applyTemperature(scores, settings.temperature);
  keepTopK(scores, settings.top_k);
  keepTopP(scores, settings.top_p);
  return draw(softmax(scores), rng.uniform());
}

/** Ties go to the lower id. */
function indexOfHighest(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

/** The token at which the probabilities, summed by id, pass `point` in [0, 1). */
function draw(probabilities: Float64Array, point: number): number {
  let sum = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    const probability = probabilities[id] as number;
    if (probability === 0) continue;
    sum += probability;
    last = id;
    if (sum > point) return id;
  }
  // Rounding may leave the sum a little below 1.
  return last;
}
